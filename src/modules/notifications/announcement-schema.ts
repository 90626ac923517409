import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, line, list, parseArgs, text } from '../../graphql/input.js';
import type { AnnouncementService } from './announcements.js';
import { CountPayload } from './count-payload.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly announcements: AnnouncementService;
  }
}

const maxUsers = 1_000;

const sendArgs = z.object({
  input: z.object({
    userIds: list(id('user'), 1, maxUsers),
    title: line(1, 200),
    body: text(0, 4_000),
  }),
});

const SendNotificationsInput = builder.inputType('SendNotificationsInput', {
  description: 'What an admin tells people of the school.',
  fields: (t) => ({
    userIds: t.idList({
      required: true,
      description: 'To whom: 1 to 1,000 people of the school; one who is named twice is told once.',
    }),
    title: t.string({ required: true, description: 'In a line of 1 to 200 characters.' }),
    body: t.string({ required: true, description: 'The rest, at most 4,000 characters; may be empty.' }),
  }),
});

builder.mutationField('sendNotifications', (t) =>
  t.field({
    type: CountPayload,
    description:
      'Tells people of the school something, all of them or none, for admins: they get a notification of type `announcement`. Counts the people. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, USER_NOT_FOUND.',
    args: { input: t.arg({ type: SendNotificationsInput, required: true, description: 'Whom and what.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(sendArgs, args);
      return { count: await context.services.announcements.announce(requireViewer(context), input) };
    },
  }),
);
