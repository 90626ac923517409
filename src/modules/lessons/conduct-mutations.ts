import { z } from 'zod';
import { NoShowParty } from '../../generated/prisma/enums.js';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs } from '../../graphql/input.js';
import { LessonActionInput, target, versionDescription } from './inputs.js';
import { LessonPayload, NoShowPartyEnum } from './types.js';

const actionArgs = z.object({ input: z.object(target) });
const noShowArgs = z.object({ input: z.object({ ...target, party: z.enum(NoShowParty) }) });

const MarkNoShowInput = builder.inputType('MarkNoShowInput', {
  description: 'The lesson that did not take place, and because of whom.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'Its id.' }),
    party: t.field({
      type: NoShowPartyEnum,
      required: true,
      description: 'Who did not come. They must not have been in the lesson at any time of it.',
    }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
});

builder.mutationFields((t) => ({
  startLesson: t.field({
    type: LessonPayload,
    description:
      'The tutor begins a lesson, from 15 minutes before its start. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.',
    args: { input: t.arg({ type: LessonActionInput, required: true, description: 'The lesson.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(actionArgs, args);
      return { lesson: await context.services.lessons.start(requireViewer(context), input) };
    },
  }),

  completeLesson: t.field({
    type: LessonPayload,
    description:
      'The tutor ends a lesson that is in progress; 30 minutes after its end it ends by itself. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.',
    args: { input: t.arg({ type: LessonActionInput, required: true, description: 'The lesson.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(actionArgs, args);
      return { lesson: await context.services.lessons.complete(requireViewer(context), input) };
    },
  }),

  markLessonNoShow: t.field({
    type: LessonPayload,
    description:
      'Either of the two tells that somebody did not come, from 10 minutes after the start. LESSON_INVALID_TRANSITION with `input.party` when attendance says that they did; UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT.',
    args: { input: t.arg({ type: MarkNoShowInput, required: true, description: 'The lesson.' }) },
    resolve: async (_root, args, context) => {
      const { party, ...lesson } = parseArgs(noShowArgs, args).input;
      return { lesson: await context.services.lessons.markNoShow(requireViewer(context), lesson, party) };
    },
  }),

  joinLesson: t.field({
    type: LessonPayload,
    description:
      'The tutor or the student comes to a lesson, from 15 minutes before its start until 30 minutes after its end; doing it again changes nothing. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.',
    args: { input: t.arg({ type: LessonActionInput, required: true, description: 'The lesson.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(actionArgs, args);
      return { lesson: await context.services.lessons.join(requireViewer(context), input) };
    },
  }),

  leaveLesson: t.field({
    type: LessonPayload,
    description:
      'The tutor or the student leaves a lesson on this device; doing it again, or without having come, changes nothing. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT.',
    args: { input: t.arg({ type: LessonActionInput, required: true, description: 'The lesson.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(actionArgs, args);
      return { lesson: await context.services.lessons.leave(requireViewer(context), input) };
    },
  }),
}));
