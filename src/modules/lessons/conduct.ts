import type { NoShowParty } from '../../generated/prisma/enums.js';
import { AppError } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import { attended, intervalsOf } from './attendance.js';
import { findAttendance, recordAttendance } from './attendance-store.js';
import type { BookingOptions } from './bookings.js';
import type { Calendar, LessonTarget } from './calendar.js';
import type { Lesson, LessonView } from './lesson.js';
import { canAttend, isLate, isOpenForPeople } from './policy.js';
import { requireBookable } from './rules.js';

/** What an outcome is corrected to. */
export type Outcome =
  | { readonly status: 'COMPLETED' }
  | { readonly status: 'NO_SHOW'; readonly noShowParty: NoShowParty };

/** New times of a lesson. */
export interface Times {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** What `edit` may change; what is undefined stays. */
export interface LessonTexts {
  readonly title?: string | undefined;
  readonly notes?: string | null | undefined;
}

/** What people do with a lesson once it exists. */
export function createConduct({ database, clock, relations }: BookingOptions, calendar: Calendar) {
  return {
    accept: (viewer: Viewer, target: LessonTarget) =>
      calendar.change(viewer, target, {
        change: 'ACCEPTED',
        require: (tx, { organizationId, tutorId, studentId }) =>
          relations.requireActive(tx, organizationId, tutorId, studentId),
      }),

    decline: (viewer: Viewer, target: LessonTarget) =>
      calendar.change(viewer, target, { change: 'DECLINED' }),

    cancel: (viewer: Viewer, target: LessonTarget, reason: string | null) =>
      calendar.change(viewer, target, {
        change: 'CANCELLED',
        alter: (lesson, now) => ({
          cancellation: { byId: viewer.userId, at: now, reason, late: isLate(lesson, now) },
        }),
      }),

    reschedule: (viewer: Viewer, target: LessonTarget, { startsAt, endsAt }: Times) =>
      calendar.change(viewer, target, {
        change: 'MOVED',
        slotPath: 'input.startsAt',
        require: (_tx, _lesson, now) => requireBookable(startsAt, endsAt, now),
        alter: (lesson) => (sameTimes(lesson, { startsAt, endsAt }) ? null : { startsAt, endsAt }),
      }),

    edit: (viewer: Viewer, target: LessonTarget, texts: LessonTexts) =>
      calendar.change(viewer, target, {
        change: 'EDITED',
        alter: (lesson) => {
          const { title = lesson.title, notes = lesson.notes } = texts;
          return title === lesson.title && notes === lesson.notes ? null : { title, notes };
        },
      }),

    start: (viewer: Viewer, target: LessonTarget) =>
      calendar.change(viewer, target, {
        change: 'STARTED',
        // Who starts a lesson is there.
        also: (tx, lesson, at) => recordAttendance(tx, lesson, { ...deviceOf(viewer), at, present: true }),
      }),

    complete: (viewer: Viewer, target: LessonTarget) =>
      calendar.change(viewer, target, { change: 'COMPLETED', alter: (_lesson, now) => ({ outcomeAt: now }) }),

    markNoShow: (viewer: Viewer, target: LessonTarget, party: NoShowParty) =>
      calendar.change(viewer, target, {
        change: 'NO_SHOW',
        require: async (tx, lesson) => {
          const events = await findAttendance(tx, [lesson.organizationId], [lesson.id]);
          const intervals = intervalsOf(events.get(lesson.id) ?? []);
          const present = peopleOf(lesson, party).filter((userId) => attended(lesson, userId, intervals));
          if (present.length > 0)
            throw new AppError('LESSON_INVALID_TRANSITION', { 'input.party': [{ rule: 'DID_COME' }] });
        },
        alter: (_lesson, now) => ({ noShowParty: party, outcomeAt: now }),
      }),

    correct: (viewer: Viewer, target: LessonTarget, outcome: Outcome) =>
      calendar.change(viewer, target, {
        change: 'CORRECTED',
        to: outcome.status,
        alter: ({ outcomeAt, endsAt }) => ({
          noShowParty: outcome.status === 'NO_SHOW' ? outcome.noShowParty : null,
          // Not the time of the correction: 72 hours are 72 hours, whatever is corrected in them.
          outcomeAt: outcomeAt ?? endsAt,
        }),
      }),

    async join(viewer: Viewer, target: LessonTarget): Promise<LessonView> {
      return database.transaction(async (tx) => {
        const { lesson } = await calendar.hold(tx, viewer, target, canAttend);
        const at = clock.now();
        if (!isOpenForPeople(lesson, at)) throw new AppError('LESSON_INVALID_TRANSITION');
        await recordAttendance(tx, lesson, { ...deviceOf(viewer), at, present: true });
        return lesson;
      });
    },

    async leave(viewer: Viewer, target: LessonTarget, at: Date = clock.now()): Promise<LessonView> {
      return database.transaction(async (tx) => {
        const { lesson } = await calendar.hold(tx, viewer, target, canAttend);
        await recordAttendance(tx, lesson, { ...deviceOf(viewer), at, present: false });
        return lesson;
      });
    },
  };
}

function sameTimes(a: Times, b: Times): boolean {
  return a.startsAt.getTime() === b.startsAt.getTime() && a.endsAt.getTime() === b.endsAt.getTime();
}

function deviceOf({ userId, sessionId }: Viewer) {
  return { userId, sessionId };
}

function peopleOf({ tutorId, studentId }: Lesson, party: NoShowParty): string[] {
  if (party === 'BOTH') return [tutorId, studentId];
  return party === 'TUTOR' ? [tutorId] : [studentId];
}
