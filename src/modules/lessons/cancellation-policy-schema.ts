import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { integer, parseArgs } from '../../graphql/input.js';
import { UserRef } from '../accounts/schema.js';

const maxMinutes = 30 * 24 * 60;
const policyArgs = z.object({
  input: z.object({ windowMinutes: integer(0, maxMinutes) }),
});

builder.objectField(UserRef, 'cancellationWindowMinutes', (t) =>
  t.loadable({
    type: 'Int',
    nullable: true,
    description:
      'Of a tutor: a cancellation later than this many minutes before the start is late. What holds for a lesson is what was so when it was booked. Null for all others.',
    // Read anew after a mutation of the same operation, which may have changed it.
    loaderOptions: { cache: false },
    resolve: ({ id }) => id,
    load: (ids: string[], context) =>
      context.services.lessons.cancellationWindows(requireViewer(context), ids),
  }),
);

const SetCancellationPolicyInput = builder.inputType('SetCancellationPolicyInput', {
  description: 'When a cancellation of the tutor’s lessons is late.',
  fields: (t) => ({
    windowMinutes: t.int({
      required: true,
      description: 'Minutes before the start: 0 to 43,200 (30 days). 1,440 unless it was ever set.',
    }),
  }),
});

const CancellationPolicyPayload = builder
  .objectRef<{ readonly tutorId: string }>('CancellationPolicyPayload')
  .implement({
    description: 'The tutor after the change.',
    fields: (t) => ({
      tutor: t.field({ type: UserRef, description: 'The tutor.', resolve: ({ tutorId }) => tutorId }),
    }),
  });

builder.mutationField('setCancellationPolicy', (t) =>
  t.field({
    type: CancellationPolicyPayload,
    description:
      'A tutor sets when a cancellation is late, for lessons that are booked from now on. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: {
      input: t.arg({ type: SetCancellationPolicyInput, required: true, description: 'The policy.' }),
    },
    resolve: async (_root, args, context) => {
      const viewer = requireViewer(context);
      const { windowMinutes } = parseArgs(policyArgs, args).input;
      await context.services.lessons.setCancellationPolicy(viewer, windowMinutes);
      return { tutorId: viewer.userId };
    },
  }),
);
