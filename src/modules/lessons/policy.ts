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

interface Transition {
  readonly change: LessonChange;
  /** Null for a lesson that is only being made. */
  readonly from: LessonStatus | null;
  readonly to: LessonStatus;
  readonly by: readonly Actor[];
}

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
  { change: 'ACCEPTED', from: 'REQUESTED', to: 'SCHEDULED', by: ['TUTOR'] },
  { change: 'DECLINED', from: 'REQUESTED', to: 'DECLINED', by: ['TUTOR'] },
  { change: 'CANCELLED', from: 'REQUESTED', to: 'CANCELLED', by: ['STUDENT'] },
  { change: 'EXPIRED', from: 'REQUESTED', to: 'EXPIRED', by: ['SYSTEM'] },
  { change: 'MOVED', from: 'SCHEDULED', to: 'SCHEDULED', by: ['TUTOR', 'STUDENT'] },
  { change: 'CANCELLED', from: 'SCHEDULED', to: 'CANCELLED', by: ['TUTOR', 'STUDENT', 'ADMIN'] },
  { change: 'STARTED', from: 'SCHEDULED', to: 'IN_PROGRESS', by: ['TUTOR'] },
  { change: 'NO_SHOW', from: 'SCHEDULED', to: 'NO_SHOW', by: ['TUTOR', 'STUDENT', 'SYSTEM'] },
  { change: 'NO_SHOW', from: 'IN_PROGRESS', to: 'NO_SHOW', by: ['TUTOR', 'STUDENT', 'SYSTEM'] },
  { change: 'COMPLETED', from: 'SCHEDULED', to: 'COMPLETED', by: ['SYSTEM'] },
  { change: 'COMPLETED', from: 'IN_PROGRESS', to: 'COMPLETED', by: ['TUTOR', 'SYSTEM'] },
  { change: 'CORRECTED', from: 'NO_SHOW', to: 'COMPLETED', by: ['ADMIN'] },
  { change: 'CORRECTED', from: 'COMPLETED', to: 'NO_SHOW', by: ['ADMIN'] },
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

/** Whether the viewer may book lessons. */
export function canSchedule(viewer: Viewer): boolean {
  return may(viewer, 'lesson:schedule');
}

/** Whether such an actor may ever make this change; if not, the answer is FORBIDDEN whatever the status. */
export function mayEver(actor: Actor, change: LessonChange): boolean {
  return transitions.some((transition) => transition.change === change && transition.by.includes(actor));
}

/** The status after a change; null when the actor may not make it from this status. */
export function statusAfter(
  change: LessonChange,
  from: LessonStatus | null,
  actor: Actor,
): LessonStatus | null {
  const fits = (one: Transition) => one.change === change && one.from === from && one.by.includes(actor);
  return transitions.find(fits)?.to ?? null;
}

/** Whether a cancellation now is inside the window before the start that was agreed at booking. */
export function isLate(lesson: Lesson, now: Date): boolean {
  const minutesLeft = (lesson.startsAt.getTime() - now.getTime()) / 60_000;
  return lesson.status === 'SCHEDULED' && minutesLeft < lesson.cancellationWindowMinutes;
}
