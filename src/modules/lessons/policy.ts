import type { LessonStatus } from '../../generated/prisma/enums.js';
import { may } from '../../shared/permissions.js';
import type { Viewer } from '../../shared/viewer.js';
import type { Lesson } from './lesson.js';

/** What can happen to a lesson: `LessonChange` of the schema. */
export type LessonChange =
  | 'SCHEDULED'
  | 'REQUESTED'
  | 'ACCEPTED'
  | 'DECLINED'
  | 'MOVED'
  | 'EDITED'
  | 'STARTED'
  | 'COMPLETED'
  | 'CANCELLED'
  | 'NO_SHOW'
  | 'EXPIRED'
  | 'CORRECTED';

/** As whom somebody acts on a lesson. */
export type Actor = 'TUTOR' | 'STUDENT' | 'ADMIN' | 'SYSTEM';

/** What a moment in the life of a lesson is counted from. */
type Times = Pick<Lesson, 'startsAt' | 'endsAt' | 'createdAt' | 'outcomeAt'>;

interface Transition {
  readonly change: LessonChange;
  /** Null for a lesson that is only being made. */
  readonly from: LessonStatus | null;
  readonly to: LessonStatus;
  readonly by: readonly Actor[];
  /** From when on; at any time when absent. */
  readonly opens?: (lesson: Times) => Date;
  /** Until when, exclusively; for ever when absent. */
  readonly closes?: (lesson: Times) => Date;
}

const minute = 60_000;
const hour = 60 * minute;
const later = (moment: Date, milliseconds: number) => new Date(moment.getTime() + milliseconds);

/** The minutes around a lesson that its states depend on. */
export const moments = {
  /** A tutor may start, and both may come, from 15 minutes before the start. */
  doorsOpen: ({ startsAt }: Times) => later(startsAt, -15 * minute),
  /** Nobody is late before 10 minutes have passed. */
  absenceShows: ({ startsAt }: Times) => later(startsAt, 10 * minute),
  /** What nobody has ended by 30 minutes after the end, the system ends. */
  overdue: ({ endsAt }: Times) => later(endsAt, 30 * minute),
  /** A request lapses after 48 hours, and at the start in any case. */
  requestLapses: ({ startsAt, createdAt }: Times) => {
    const unanswered = later(createdAt, 48 * hour);
    return unanswered < startsAt ? unanswered : startsAt;
  },
  /** An outcome can be corrected for 72 hours. */
  outcomeStands: ({ outcomeAt, endsAt }: Times) => later(outcomeAt ?? endsAt, 72 * hour),
} as const;

const { doorsOpen, absenceShows, overdue, requestLapses, outcomeStands } = moments;

const anyone: readonly Actor[] = ['TUTOR', 'STUDENT', 'SYSTEM'];
const edited = (status: LessonStatus): Transition => ({
  change: 'EDITED',
  from: status,
  to: status,
  by: ['TUTOR', 'ADMIN'],
});

/** Every change that a lesson can undergo; what is not here is LESSON_INVALID_TRANSITION. */
const transitions: readonly Transition[] = [
  { change: 'REQUESTED', from: null, to: 'REQUESTED', by: ['STUDENT'] },
  { change: 'SCHEDULED', from: null, to: 'SCHEDULED', by: ['TUTOR'] },
  { change: 'ACCEPTED', from: 'REQUESTED', to: 'SCHEDULED', by: ['TUTOR'], closes: requestLapses },
  { change: 'DECLINED', from: 'REQUESTED', to: 'DECLINED', by: ['TUTOR'] },
  { change: 'CANCELLED', from: 'REQUESTED', to: 'CANCELLED', by: ['STUDENT'] },
  { change: 'EXPIRED', from: 'REQUESTED', to: 'EXPIRED', by: ['SYSTEM'], opens: requestLapses },
  { change: 'MOVED', from: 'SCHEDULED', to: 'SCHEDULED', by: ['TUTOR', 'STUDENT'] },
  { change: 'CANCELLED', from: 'SCHEDULED', to: 'CANCELLED', by: ['TUTOR', 'STUDENT', 'ADMIN'] },
  { change: 'STARTED', from: 'SCHEDULED', to: 'IN_PROGRESS', by: ['TUTOR'], opens: doorsOpen },
  { change: 'NO_SHOW', from: 'SCHEDULED', to: 'NO_SHOW', by: anyone, opens: absenceShows },
  { change: 'NO_SHOW', from: 'IN_PROGRESS', to: 'NO_SHOW', by: anyone, opens: absenceShows },
  { change: 'COMPLETED', from: 'SCHEDULED', to: 'COMPLETED', by: ['SYSTEM'], opens: overdue },
  { change: 'COMPLETED', from: 'IN_PROGRESS', to: 'COMPLETED', by: ['TUTOR'] },
  { change: 'COMPLETED', from: 'IN_PROGRESS', to: 'COMPLETED', by: ['SYSTEM'], opens: overdue },
  { change: 'CORRECTED', from: 'NO_SHOW', to: 'COMPLETED', by: ['ADMIN'], closes: outcomeStands },
  { change: 'CORRECTED', from: 'COMPLETED', to: 'NO_SHOW', by: ['ADMIN'], closes: outcomeStands },
  // Title and notes stay open for as long as the lesson is, or was, really held or to be held.
  edited('SCHEDULED'),
  edited('IN_PROGRESS'),
  edited('COMPLETED'),
  edited('NO_SHOW'),
];

/** The people of a lesson and its school: enough to tell who may see it. */
type LessonParties = Pick<Lesson, 'organizationId' | 'tutorId' | 'studentId'>;

/** As whom the viewer meets the lesson; null to whom it does not exist. */
export function actorOf(viewer: Viewer, lesson: LessonParties): Actor | null {
  if (viewer.organizationId !== lesson.organizationId) return null;
  if (viewer.userId === lesson.tutorId) return 'TUTOR';
  if (viewer.userId === lesson.studentId) return 'STUDENT';
  return may(viewer, 'lesson:administer') ? 'ADMIN' : null;
}

/** Whether the lesson exists for the viewer: its tutor, its student, and admins of the school. */
export function canSeeLesson(viewer: Viewer, lesson: LessonParties): boolean {
  return actorOf(viewer, lesson) !== null;
}

/** Whether the viewer's list of lessons is the whole school's. */
export function canListSchoolLessons(viewer: Viewer): boolean {
  return may(viewer, 'lesson:administer');
}

/** Whether the viewer may book lessons, and has a policy for their cancellation. */
export function canSchedule(viewer: Viewer): boolean {
  return may(viewer, 'lesson:schedule');
}

/** Whether the viewer may ask tutors for lessons. */
export function canRequest(viewer: Viewer): boolean {
  return may(viewer, 'lesson:request');
}

/** Whether such an actor comes to lessons. */
export function canAttend(actor: Actor): boolean {
  return actor === 'TUTOR' || actor === 'STUDENT';
}

/** Whether nothing more will happen in it. */
export function hasEnded({ status }: Pick<Lesson, 'status'>): boolean {
  return status !== 'REQUESTED' && status !== 'SCHEDULED' && status !== 'IN_PROGRESS';
}

/** Whether somebody may come now: to a lesson that is on or soon will be. */
export function isOpenForPeople(lesson: Lesson, now: Date): boolean {
  const held = lesson.status === 'SCHEDULED' || lesson.status === 'IN_PROGRESS';
  return held && now >= doorsOpen(lesson) && now < overdue(lesson);
}

/** Whether such an actor may ever make this change; if not, the answer is FORBIDDEN whatever the status. */
export function mayEver(actor: Actor, change: LessonChange): boolean {
  return transitions.some((transition) => transition.change === change && transition.by.includes(actor));
}

/** The status after a change; null when the actor may not make it now from this status. */
export function statusAfter(
  change: LessonChange,
  lesson: Times & { readonly status: LessonStatus | null },
  actor: Actor,
  now: Date,
): LessonStatus | null {
  const found = transitions.find(
    (one) => one.change === change && one.from === lesson.status && one.by.includes(actor),
  );
  if (!found) return null;
  const open = !found.opens || now >= found.opens(lesson);
  return open && (!found.closes || now < found.closes(lesson)) ? found.to : null;
}

/** Whether a cancellation now is inside the window before the start that was agreed at booking. */
export function isLate(lesson: Lesson, now: Date): boolean {
  const minutesLeft = (lesson.startsAt.getTime() - now.getTime()) / minute;
  return lesson.status === 'SCHEDULED' && minutesLeft < lesson.cancellationWindowMinutes;
}
