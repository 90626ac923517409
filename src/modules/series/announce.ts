import type { Channels } from '../../channels/channels.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { lessonChanged, lessonChannel } from '../lessons/events.js';
import type { LessonView } from '../lessons/lesson.js';
import type { LessonChange } from '../lessons/policy.js';

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
  enqueueBatch(items: readonly SeriesNoticeItem[], tx: UnitOfWork): Promise<unknown>;
}

/** A change of several lessons of one series. */
export interface SeriesChange {
  readonly seriesId: string;
  readonly actorId: string;
  /** In order. */
  readonly lessons: readonly { readonly lesson: LessonView; readonly change: LessonChange }[];
  readonly notice: SeriesNotice;
}

/**
 * Tells people and channels of lessons that were just written, and gives them with the ends of their channels. It
 * locks the channels, so little may follow it.
 */
export async function announceSeries(
  tx: UnitOfWork,
  { channels, queue }: { readonly channels: Pick<Channels, 'append'>; readonly queue: SeriesNoticeQueue },
  { seriesId, actorId, lessons, notice }: SeriesChange,
): Promise<LessonView[]> {
  const first = lessons[0]?.lesson;
  if (!first) return [];
  const payload = {
    seriesId,
    lessonId: first.id,
    version: first.version,
    count: lessons.length,
    actorId,
  };
  const others = [first.tutorId, first.studentId].filter((userId) => userId !== actorId);
  await queue.enqueueBatch(
    others.map((userId) => ({ eventType: notice, userId, payload })),
    tx,
  );
  const events = await channels.append(
    tx,
    lessons.flatMap(({ lesson, change }) => lessonChanged(lesson, change, actorId)),
  );
  const ends = new Map(events.map(({ channel, seq, tag }) => [channel, { channel, seq, tag }]));
  return lessons.map(({ lesson }) => {
    const eventCursor = ends.get(lessonChannel(lesson.id));
    if (!eventCursor) throw new Error('The change of a lesson was not appended to its channel.');
    return { ...lesson, eventCursor };
  });
}
