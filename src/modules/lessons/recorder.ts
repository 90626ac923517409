import type { Channels } from '../../channels/channels.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { type AlsoTold, lessonChannel, lessonEvents } from './events.js';
import { recordHistory, type WrittenChange } from './history-store.js';
import type { LessonView } from './lesson.js';
import { type LessonNoticeQueue, noticesOf, remindersOf } from './notices.js';

export interface RecorderOptions {
  readonly channels: Pick<Channels, 'append'>;
  readonly queue: LessonNoticeQueue;
  readonly alsoTold: AlsoTold;
}

/**
 * Writes the history of changes that were just written, enqueues what people are told of them, and appends their
 * events; the actor is null for the system. It locks the channels, so little may follow it in the transaction. Gives
 * the lessons with the positions of their channels.
 */
export type Recorder = (
  tx: UnitOfWork,
  actorId: string | null,
  changes: readonly WrittenChange[],
) => Promise<LessonView[]>;

/** Creates what every change of a lesson ends with, whoever makes it. */
export function createRecorder({ channels, queue, alsoTold }: RecorderOptions): Recorder {
  return async (tx, actorId, changes) => {
    if (changes.length === 0) return [];
    await recordHistory(tx, actorId, changes);
    const items = changes.flatMap(({ after, change }) => [
      ...noticesOf(after, change, actorId),
      ...remindersOf(after, change, after.updatedAt),
    ]);
    await queue.enqueueBatch(items, tx);
    const events = await channels.append(tx, lessonEvents(changes, actorId, alsoTold));
    const ends = new Map(events.map(({ channel, seq, tag }) => [channel, { channel, seq, tag }]));
    return changes.map(({ after }) => {
      const eventCursor = ends.get(lessonChannel(after.id));
      if (!eventCursor) throw new Error('The change of a lesson was not appended to its channel.');
      return { ...after, eventCursor };
    });
  };
}
