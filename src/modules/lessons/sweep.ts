import type { Clock } from '../../platform/clock.js';
import type { Database } from '../../platform/database/database.js';
import { type AttendanceInterval, absentParty, intervalsOf } from './attendance.js';
import { findAttendance } from './attendance-store.js';
import type { Lesson } from './lesson.js';
import { type LessonChange, statusAfter } from './policy.js';
import type { Recorder } from './recorder.js';
import { type Ending, lockOverdue, saveEndings } from './sweep-store.js';

/** Lessons in one transaction: few, since their people are locked meanwhile. */
const batchSize = 50;

export interface SweepOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly record: Recorder;
}

/**
 * Creates the sweep that makes the transitions of the system: requests that lapsed, lessons that nobody ended. Any
 * number of processes may sweep at once; one that dies has committed whole batches and leaves the rest to the others.
 * It gives the number of lessons of one batch: 0 when nothing is due, or what is due is in others' hands.
 */
export function createSweep({ database, clock, record }: SweepOptions): () => Promise<number> {
  return () =>
    database.transaction(async (tx) => {
      const now = clock.now();
      const lessons = await lockOverdue(tx, now, batchSize);
      if (lessons.length === 0) return 0;
      const events = await findAttendance(
        tx,
        [...new Set(lessons.map(({ organizationId }) => organizationId))],
        lessons.map(({ id }) => id),
      );
      const endings = lessons.flatMap(
        (lesson) => endingOf(lesson, intervalsOf(events.get(lesson.id) ?? []), now) ?? [],
      );
      const saved = await saveEndings(tx, endings, now);
      const before = new Map(lessons.map((lesson) => [lesson.id, lesson]));
      const written = saved.map((after) => ({
        change: changeOf(after),
        before: before.get(after.id) ?? null,
        after,
      }));
      await record(tx, null, written);
      return written.length;
    });
}

/** How the system ends a lesson; null when it does not, or not yet. */
function endingOf(lesson: Lesson, intervals: readonly AttendanceInterval[], now: Date): Ending | null {
  // A lesson that was begun was held; who came is asked only of one that nobody touched.
  const absent = lesson.status === 'SCHEDULED' ? absentParty(lesson, intervals) : null;
  const change = lesson.status === 'REQUESTED' ? 'EXPIRED' : absent ? 'NO_SHOW' : 'COMPLETED';
  const status = statusAfter(change, lesson, 'SYSTEM', now);
  return status && { lesson, status, noShowParty: absent };
}

function changeOf({ status }: Lesson): LessonChange {
  return status === 'EXPIRED' || status === 'NO_SHOW' ? status : 'COMPLETED';
}
