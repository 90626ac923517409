import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { id, idempotencyKey, line, text } from '../../graphql/input.js';
import { instant } from './arguments.js';

export const title = line(1, 200);
/** An empty text is no notes. */
export const notes = text(0, 4_000)
  .nullable()
  .transform((value) => value || null);
/** A lesson that is to be changed. */
export const target = { lessonId: id('lesson'), expectedVersion: z.int().nullish() };
/** When a lesson is to be, and what about. */
export const plan = { title, startsAt: instant, endsAt: instant, notes: notes.default(null), idempotencyKey };

/** The description of every `expectedVersion`. */
export const versionDescription =
  'The version that the change is based on; LESSON_CONFLICT when the lesson has another one.';
const keyDescription =
  'Makes it harmless to send this again for 24 hours: the same key gives the same lesson. 1 to 200 characters.';

/** The lesson that a tutor books. */
export const ScheduleLessonInput = builder.inputType('ScheduleLessonInput', {
  description: 'The lesson to book.',
  fields: (t) => ({
    studentId: t.id({ required: true, description: 'A student with whom the tutor has an active relation.' }),
    title: t.string({ required: true, description: 'On one line, 1 to 200 characters.' }),
    startsAt: t.field({ type: 'DateTime', required: true, description: 'In the future.' }),
    endsAt: t.field({
      type: 'DateTime',
      required: true,
      description: '5 minutes to 8 hours after the start. A lesson may start when another ends.',
    }),
    notes: t.string({ description: 'At most 4,000 characters.' }),
    idempotencyKey: t.string({ description: keyDescription }),
  }),
});

/** The lesson that a student asks for. */
export const RequestLessonInput = builder.inputType('RequestLessonInput', {
  description: 'The lesson to ask for.',
  fields: (t) => ({
    tutorId: t.id({ required: true, description: 'A tutor with whom the student has an active relation.' }),
    title: t.string({ required: true, description: 'On one line, 1 to 200 characters.' }),
    startsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'In the future, and with all of the lesson inside the availability of the tutor.',
    }),
    endsAt: t.field({
      type: 'DateTime',
      required: true,
      description: '5 minutes to 8 hours after the start.',
    }),
    notes: t.string({ description: 'At most 4,000 characters.' }),
    idempotencyKey: t.string({ description: keyDescription }),
  }),
});

/** A lesson that is to be changed. */
export const LessonActionInput = builder.inputType('LessonActionInput', {
  description: 'The lesson to act on.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'Its id.' }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
});
