import type { NewEvent } from '../../channels/events.js';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { lessonChanged } from './events.js';
import { type LessonNoticeQueue, noticesOf } from './notices.js';
import { cancelOpenLessons, findLessons } from './store.js';

/**
 * Creates what happens to the lessons of somebody who leaves for good: those that are asked for, booked or under way
 * are cancelled, and the other party is told. Lock the person first; gives the events to append.
 */
export function createLessonLeaving({ queue, clock }: { queue: LessonNoticeQueue; clock: Clock }) {
  return async function leave(
    tx: UnitOfWork,
    { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
  ): Promise<NewEvent[]> {
    const ids = await cancelOpenLessons(tx, organizationId, userId, clock.now());
    const lessons = await findLessons(tx, organizationId, ids);
    const notices = lessons.flatMap((lesson) => noticesOf(lesson, 'lesson.cancelled', userId));
    if (notices.length > 0) await queue.enqueueBatch(notices, tx);
    return lessons.flatMap((lesson) => lessonChanged(lesson, 'CANCELLED', userId));
  };
}
