import { z } from 'zod';
import { LessonStatus, NoShowParty } from '../../generated/prisma/enums.js';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs, refuse } from '../../graphql/input.js';
import type { Outcome } from './conduct.js';
import { target, versionDescription } from './inputs.js';
import { LessonPayload, LessonStatusEnum, NoShowPartyEnum } from './types.js';

const correctArgs = z.object({
  input: z
    .object({ ...target, status: z.enum(LessonStatus), noShowParty: z.enum(NoShowParty).nullish() })
    .transform(({ status, noShowParty, ...lesson }, context) => {
      if (status === 'NO_SHOW') {
        if (!noShowParty) return refuse(context, { rule: 'NEEDED_WITH', other: 'NO_SHOW' }, 'noShowParty');
        return { lesson, outcome: { status, noShowParty } satisfies Outcome };
      }
      if (status !== 'COMPLETED')
        return refuse(context, { rule: 'ONE_OF', values: 'COMPLETED, NO_SHOW' }, 'status');
      if (noShowParty) return refuse(context, { rule: 'ONLY_WITH', other: 'NO_SHOW' }, 'noShowParty');
      return { lesson, outcome: { status } satisfies Outcome };
    }),
});

const CorrectLessonOutcomeInput = builder.inputType('CorrectLessonOutcomeInput', {
  description: 'How a lesson really ended.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'Its id.' }),
    status: t.field({
      type: LessonStatusEnum,
      required: true,
      description: 'COMPLETED for a lesson that is NO_SHOW, or NO_SHOW for one that is COMPLETED.',
    }),
    noShowParty: t.field({ type: NoShowPartyEnum, description: 'Who did not come: with NO_SHOW.' }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
});

builder.mutationField('correctLessonOutcome', (t) =>
  t.field({
    type: LessonPayload,
    description:
      'An admin corrects how a lesson ended, within 72 hours. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.',
    args: {
      input: t.arg({ type: CorrectLessonOutcomeInput, required: true, description: 'The correction.' }),
    },
    resolve: async (_root, args, context) => {
      const viewer = requireViewer(context);
      const { lesson, outcome } = parseArgs(correctArgs, args).input;
      return { lesson: await context.services.lessons.correct(viewer, lesson, outcome) };
    },
  }),
);
