import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { integer, parseArgs } from '../../graphql/input.js';
import { OrganizationRef } from '../accounts/types.js';
import { retentionDays } from './retention.js';

builder.objectField(OrganizationRef, 'messageRetentionDays', (t) =>
  t.loadable({
    type: 'Int',
    nullable: true,
    description: 'For how many days it keeps messages of chats; null is for ever.',
    // Read anew after each mutation of an operation, which may have changed it.
    loaderOptions: { cache: false },
    resolve: ({ id }) => id,
    load: (ids: string[], context) => context.services.messageRetention.days(ids),
  }),
);

const OrganizationPayload = builder
  .objectRef<{ readonly organizationId: string }>('OrganizationPayload')
  .implement({
    description: 'The school after the change.',
    fields: (t) => ({
      organization: t.field({
        type: OrganizationRef,
        description: 'The school.',
        resolve: ({ organizationId }) => organizationId,
      }),
    }),
  });

const SetMessageRetentionInput = builder.inputType('SetMessageRetentionInput', {
  description: 'For how long the school keeps messages.',
  fields: (t) => ({
    days: t.int({ description: 'For how many days after they were sent: 7 to 3,650; null is for ever.' }),
  }),
});

const { min, max } = retentionDays;
const setArgs = z.object({ input: z.object({ days: integer(min, max).nullish() }) });

builder.mutationField('setMessageRetention', (t) =>
  t.field({
    type: OrganizationPayload,
    description:
      'Says for how long the school keeps messages, for admins. Older ones are removed for good, from a day after the change on: until then it can be taken back. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: {
      input: t.arg({ type: SetMessageRetentionInput, required: true, description: 'For how long.' }),
    },
    resolve: async (_root, args, context) => {
      const viewer = requireViewer(context);
      await context.services.messageRetention.set(viewer, parseArgs(setArgs, args).input.days ?? null);
      return { organizationId: viewer.organizationId };
    },
  }),
);
