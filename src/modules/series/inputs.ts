import { builder } from '../../graphql/builder.js';
import { versionDescription } from '../lessons/inputs.js';
import { SeriesScopeEnum } from './types.js';

export const ScheduleLessonSeriesInput = builder.inputType('ScheduleLessonSeriesInput', {
  description: 'The series to book.',
  fields: (t) => ({
    studentId: t.id({ required: true, description: 'A student with whom the tutor has an active relation.' }),
    title: t.string({ required: true, description: 'Of each lesson: on one line, 1 to 200 characters.' }),
    localStart: t.string({
      required: true,
      description:
        'Where the rule begins, as YYYY-MM-DDTHH:MM in the zone of the series; the first lesson is the first that the rule gives from there on. A time that does not exist moves forward by the gap, one that repeats is taken the first time.',
    }),
    timeZone: t.field({
      type: 'TimeZone',
      required: true,
      description: 'The zone in which the lessons keep their local time.',
    }),
    durationMinutes: t.int({ required: true, description: 'The length of a lesson: 5 to 480 minutes.' }),
    rrule: t.string({
      required: true,
      description:
        'A recurrence rule (RFC 5545) such as FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20: DAILY to YEARLY, with COUNT or UNTIL, and giving 1 to 200 lessons.',
    }),
    skipConflicts: t.boolean({
      defaultValue: false,
      description:
        'Leaves out lessons whose slot is taken; otherwise one taken slot refuses the whole series.',
    }),
    idempotencyKey: t.string({
      description:
        'Makes it harmless to send this again for 24 hours: the same key gives the same series. 1 to 200 characters.',
    }),
  }),
});

const scopeDescription = 'How much of its series is touched.';

export const RescheduleLessonInput = builder.inputType('RescheduleLessonInput', {
  description: 'The lesson to move, and where to.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'Its id.' }),
    startsAt: t.field({ type: 'DateTime', required: true, description: 'The new start, in the future.' }),
    endsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'The new end, 5 minutes to 8 hours after the new start.',
    }),
    scope: t.field({
      type: SeriesScopeEnum,
      defaultValue: 'THIS',
      description: `${scopeDescription} The others move by as much on the clock and the calendar, and take the same length; those that were moved alone before stay where they are.`,
    }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
});

export const CancelLessonInput = builder.inputType('CancelLessonInput', {
  description: 'The lesson to call off.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'Its id.' }),
    reason: t.string({ description: 'Why, 1 to 1,000 characters.' }),
    scope: t.field({ type: SeriesScopeEnum, defaultValue: 'THIS', description: scopeDescription }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
});
