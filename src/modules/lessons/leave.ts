import type { NewEvent } from '../../channels/events.js';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { type AlsoTold, lessonEvents } from './events.js';
import { recordHistory } from './history-store.js';
import { type LessonNoticeQueue, noticesOf } from './notices.js';
import { cancelLessons, findLessons, holdOpenLessons } from './store.js';

const change = 'CANCELLED';

/**
 * Creates what happens to the lessons of somebody who leaves for good: those that are asked for, booked or under way
 * are cancelled, and the other party is told. Lock the person first; gives the events to append.
 */
export function createLessonLeaving({
  queue,
  clock,
  alsoTold,
}: {
  readonly queue: LessonNoticeQueue;
  readonly clock: Clock;
  readonly alsoTold: AlsoTold;
}) {
  return async function leave(
    tx: UnitOfWork,
    { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
  ): Promise<NewEvent[]> {
    const ids = await holdOpenLessons(tx, organizationId, userId);
    if (ids.length === 0) return [];
    const before = new Map((await findLessons(tx, organizationId, ids)).map((lesson) => [lesson.id, lesson]));
    await cancelLessons(tx, organizationId, ids, { userId, now: clock.now() });
    const lessons = await findLessons(tx, organizationId, ids);
    const changes = lessons.map(
      (after) => ({ change, before: before.get(after.id) ?? null, after }) as const,
    );
    await recordHistory(tx, userId, changes);
    await queue.enqueueBatch(
      lessons.flatMap((lesson) => noticesOf(lesson, change, userId)),
      tx,
    );
    return lessonEvents(changes, userId, alsoTold);
  };
}
