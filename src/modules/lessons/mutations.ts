import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs, text } from '../../graphql/input.js';
import { instant } from './arguments.js';
import { notes, plan, ScheduleLessonInput, target, title, versionDescription } from './inputs.js';
import { LessonPayload, LessonsPayload } from './types.js';

const scheduleArgs = z.object({ input: z.object({ studentId: id('user'), ...plan }) });
const rescheduleArgs = z.object({ input: z.object({ ...target, startsAt: instant, endsAt: instant }) });
const cancelArgs = z.object({
  input: z.object({ ...target, reason: text(1, 1_000).nullish() }),
});
const updateArgs = z.object({
  input: z.object({
    ...target,
    title: title.nullish().transform((value) => value ?? undefined),
    notes: notes.optional(),
  }),
});

const RescheduleLessonInput = builder.inputType('RescheduleLessonInput', {
  description: 'The lesson to move, and to when.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'Its id.' }),
    startsAt: t.field({ type: 'DateTime', required: true, description: 'In the future.' }),
    endsAt: t.field({
      type: 'DateTime',
      required: true,
      description: '5 minutes to 8 hours after the start.',
    }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
});

const CancelLessonInput = builder.inputType('CancelLessonInput', {
  description: 'The lesson to call off.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'Its id.' }),
    reason: t.string({ description: 'Why, 1 to 1,000 characters.' }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
});

const UpdateLessonInput = builder.inputType('UpdateLessonInput', {
  description: 'What to change of a lesson; what is absent stays as it is.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'Its id.' }),
    title: t.string({ description: 'On one line, 1 to 200 characters; null is as good as absent.' }),
    notes: t.string({ description: 'At most 4,000 characters; null or an empty text removes them.' }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
});

builder.mutationFields((t) => ({
  scheduleLesson: t.field({
    type: LessonPayload,
    description:
      'A tutor books a lesson with a student, who is notified. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, STUDENT_NOT_FOUND, RELATION_NOT_ACTIVE, SLOT_TAKEN, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.',
    args: { input: t.arg({ type: ScheduleLessonInput, required: true, description: 'The lesson.' }) },
    resolve: async (_root, args, context) => {
      const { idempotencyKey: key, ...booking } = parseArgs(scheduleArgs, args).input;
      return { lesson: await context.services.lessons.schedule(requireViewer(context), booking, key) };
    },
  }),

  rescheduleLesson: t.field({
    type: LessonsPayload,
    description:
      'The tutor or the student moves a scheduled lesson; the other is notified. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION, SLOT_TAKEN.',
    args: { input: t.arg({ type: RescheduleLessonInput, required: true, description: 'The new times.' }) },
    resolve: async (_root, args, context) => {
      const { startsAt, endsAt, ...lesson } = parseArgs(rescheduleArgs, args).input;
      const times = { startsAt, endsAt };
      return { lessons: [await context.services.lessons.reschedule(requireViewer(context), lesson, times)] };
    },
  }),

  cancelLesson: t.field({
    type: LessonsPayload,
    description:
      'The tutor, the student or an admin calls off a scheduled lesson, or the student a request; the others are notified. UNAUTHENTICATED, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.',
    args: { input: t.arg({ type: CancelLessonInput, required: true, description: 'The lesson and why.' }) },
    resolve: async (_root, args, context) => {
      const { reason, ...lesson } = parseArgs(cancelArgs, args).input;
      return {
        lessons: [await context.services.lessons.cancel(requireViewer(context), lesson, reason ?? null)],
      };
    },
  }),

  updateLesson: t.field({
    type: LessonPayload,
    description:
      'The tutor or an admin changes title or notes of a lesson that is or was to be held. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.',
    args: { input: t.arg({ type: UpdateLessonInput, required: true, description: 'The changes.' }) },
    resolve: async (_root, args, context) => {
      const { lessonId, expectedVersion, ...texts } = parseArgs(updateArgs, args).input;
      const lesson = { lessonId, expectedVersion };
      return { lesson: await context.services.lessons.edit(requireViewer(context), lesson, texts) };
    },
  }),
}));
