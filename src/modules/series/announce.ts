import type { Channels } from '../../channels/channels.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { type AlsoTold, lessonChannel, lessonEvents } from '../lessons/events.js';
import { recordHistory, type WrittenChange } from '../lessons/history-store.js';
import type { LessonView } from '../lessons/lesson.js';
import { type LessonNoticeItem, remindersOf } from '../lessons/notices.js';

/** What people are told of a series: one notification, however many lessons it is about. */
export type SeriesNotice = 'series.scheduled' | 'series.moved' | 'series.cancelled';

/** A queue item of this module. */
interface SeriesNoticeItem {
  readonly eventType: SeriesNotice;
  readonly userId: string;
  readonly payload: {
    readonly seriesId: string;
    /** The first lesson that the change touched, and its version after it. */
    readonly lessonId: string;
    readonly version: number;
    /** How many lessons it touched. */
    readonly count: number;
    readonly actorId: string;
  };
}

/** The part of the notification queue that series need. */
export interface SeriesNoticeQueue {
  enqueueBatch(items: readonly (SeriesNoticeItem | LessonNoticeItem)[], tx: UnitOfWork): Promise<unknown>;
}

/** A change of several lessons of one series. */
export interface SeriesChange {
  readonly seriesId: string;
  readonly actorId: string;
  /** In order. */
  readonly changes: readonly WrittenChange[];
  readonly notice: SeriesNotice;
}

/** What a change of a series is told with. */
export interface SeriesAnnouncing {
  readonly channels: Pick<Channels, 'append'>;
  readonly queue: SeriesNoticeQueue;
  readonly alsoTold: AlsoTold;
}

/**
 * Ends a change of several lessons as `createRecorder` ends that of one, with history, reminders and events; but people
 * are told once. It locks the channels, so little may follow it.
 */
export async function announceSeries(
  tx: UnitOfWork,
  { channels, queue, alsoTold }: SeriesAnnouncing,
  { seriesId, actorId, changes, notice }: SeriesChange,
): Promise<LessonView[]> {
  const first = changes[0]?.after;
  if (!first) return [];
  const payload = {
    seriesId,
    lessonId: first.id,
    version: first.version,
    count: changes.length,
    actorId,
  };
  await recordHistory(tx, actorId, changes);
  const others = [first.tutorId, first.studentId].filter((userId) => userId !== actorId);
  const news = others.map((userId) => ({ eventType: notice, userId, payload }));
  const reminders = changes.flatMap(({ after, change }) => remindersOf(after, change, after.updatedAt));
  await queue.enqueueBatch([...news, ...reminders], tx);
  const events = await channels.append(tx, lessonEvents(changes, actorId, alsoTold));
  const ends = new Map(events.map(({ channel, seq, tag }) => [channel, { channel, seq, tag }]));
  return changes.map(({ after }) => {
    const eventCursor = ends.get(lessonChannel(after.id));
    if (!eventCursor) throw new Error('The change of a lesson was not appended to its channel.');
    return { ...after, eventCursor };
  });
}
