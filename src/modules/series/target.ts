import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import type { AccountService } from '../accounts/service.js';
import type { LessonTarget } from '../lessons/calendar.js';
import type { LessonView } from '../lessons/lesson.js';
import { actorOf, type LessonChange, mayEver, statusAfter } from '../lessons/policy.js';
import { requireVersion } from '../lessons/rules.js';
import { findLesson } from '../lessons/store.js';
import type { LessonSeries } from './series.js';
import { findPlace } from './store.js';

/** A lesson that is to be changed together with others of its series. */
interface LockedTarget {
  readonly lesson: LessonView;
  /** Null when the lesson belongs to none. */
  readonly place: { readonly series: LessonSeries; readonly position: number } | null;
}

/**
 * The lesson, as it stays until the commit: its people are locked, and the viewer may make this change from its status.
 * LESSON_NOT_FOUND, FORBIDDEN, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.
 */
export async function lockTarget(
  tx: UnitOfWork,
  { accounts, clock }: { readonly accounts: Pick<AccountService, 'lockPeople'>; readonly clock: Clock },
  viewer: Viewer,
  target: LessonTarget,
  change: LessonChange,
): Promise<LockedTarget> {
  const { organizationId } = viewer;
  const seen = await findLesson(tx, organizationId, target.lessonId);
  const actor = seen && actorOf(viewer, seen);
  if (!seen || !actor) throw new AppError('LESSON_NOT_FOUND');
  if (!mayEver(actor, change)) throw new AppError('FORBIDDEN');
  // In id order, as every write to the calendar does.
  await accounts.lockPeople(tx, organizationId, [seen.tutorId, seen.studentId]);
  const lesson = await findLesson(tx, organizationId, seen.id);
  if (!lesson) throw new AppError('LESSON_NOT_FOUND');
  requireVersion(lesson, target.expectedVersion);
  if (!statusAfter(change, lesson, actor, clock.now())) throw new AppError('LESSON_INVALID_TRANSITION');
  return { lesson, place: await findPlace(tx, organizationId, lesson.id) };
}
