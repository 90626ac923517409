import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { notes, plan, ScheduleLessonInput, target, title, versionDescription } from './inputs.js';
import { LessonPayload } from './types.js';

const scheduleArgs = z.object({ input: z.object({ studentId: id('user'), ...plan }) });
const updateArgs = z.object({
  input: z.object({
    ...target,
    title: title.nullish().transform((value) => value ?? undefined),
    notes: notes.optional(),
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
