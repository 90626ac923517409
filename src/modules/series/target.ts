import type { UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import type { Calendar, LessonTarget } from '../lessons/calendar.js';
import type { LessonView } from '../lessons/lesson.js';
import { type LessonChange, mayEver, statusAfter } from '../lessons/policy.js';
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
  calendar: Pick<Calendar, 'hold'>,
  viewer: Viewer,
  target: LessonTarget,
  { change, now }: { readonly change: LessonChange; readonly now: Date },
): Promise<LockedTarget> {
  const { lesson, actor } = await calendar.hold(tx, viewer, target, (one) => mayEver(one, change));
  if (!statusAfter(change, lesson, actor, now)) throw new AppError('LESSON_INVALID_TRANSITION');
  return { lesson, place: await findPlace(tx, viewer.organizationId, lesson.id) };
}
