import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, list, parseArgs } from '../../graphql/input.js';
import type { DeadLetter } from '../../queue/dead-letters.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { NotificationChannelEnum } from './channel-enum.js';
import { CountPayload } from './count-payload.js';
import type { DeadLetterService } from './dead-letters.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly deadLetters: DeadLetterService;
  }
}

const maxAtOnce = 100;

const idsArgs = z.object({
  input: z.object({ ids: list(id('deadletter'), 0, maxAtOnce) }),
});

const DeadLettersInput = builder.inputType('DeadLettersInput', {
  description: 'The dead letters to act on.',
  fields: (t) => ({ ids: t.idList({ required: true, description: 'Their ids, at most 100.' }) }),
});

/** A dead letter. */
const DeadLetterRef = builder.loadableNodeRef('DeadLetter', {
  id: { resolve: (letter: DeadLetter) => letter.id },
  load: (ids: string[], context) => context.services.deadLetters.byIds(requireViewer(context), ids),
});
DeadLetterRef.implement({
  description:
    'A notification of the school that was given up after its last attempt. Kept for 7 days. To all but admins DEAD_LETTER_NOT_FOUND.',
  fields: (t) => ({
    eventType: t.exposeString('eventType', { description: 'What happened, such as `lesson.scheduled`.' }),
    channel: t.expose('channel', {
      type: NotificationChannelEnum,
      nullable: true,
      description:
        'The channel on which it failed; null when it could not even be turned into notifications.',
    }),
    attempts: t.exposeInt('attempts', { description: 'Failed attempts since it was last retried by hand.' }),
    errors: t.stringList({
      description: 'When and why each attempt failed, the oldest first.',
      resolve: ({ errors }) => errors.map(({ at, message }) => `${new Date(at).toISOString()} ${message}`),
    }),
    failedAt: t.expose('failedAt', { type: 'DateTime', description: 'When it was given up.' }),
  }),
});

const DeadLetterConnection = builder.connectionObject(
  { type: DeadLetterRef, name: 'DeadLetterConnection', description: 'A page of dead letters.' },
  { name: 'DeadLetterEdge', description: 'A dead letter in a page.' },
);

builder.queryField('notificationDeadLetters', (t) =>
  t.field({
    type: DeadLetterConnection,
    description:
      'The notifications of the school that were given up, the newest first, for admins. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: {
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      return context.services.deadLetters.list(requireViewer(context), page);
    },
  }),
);

builder.mutationFields((t) => ({
  retryDeadLetters: t.field({
    type: CountPayload,
    description:
      'Makes dead letters due at once, with all their attempts before them, for admins. Counts those that it put back: not what is no dead letter of the school any more. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: { input: t.arg({ type: DeadLettersInput, required: true, description: 'Which ones.' }) },
    resolve: async (_root, args, context) => {
      const { ids } = parseArgs(idsArgs, args).input;
      return { count: await context.services.deadLetters.retry(requireViewer(context), ids) };
    },
  }),

  discardDeadLetters: t.field({
    type: CountPayload,
    description:
      'Gives up dead letters for good, for admins. Counts those that it withdrew: not what is no dead letter of the school any more. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: { input: t.arg({ type: DeadLettersInput, required: true, description: 'Which ones.' }) },
    resolve: async (_root, args, context) => {
      const { ids } = parseArgs(idsArgs, args).input;
      return { count: await context.services.deadLetters.discard(requireViewer(context), ids) };
    },
  }),
}));
