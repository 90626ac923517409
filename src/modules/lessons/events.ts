import type { ChannelEvent, NewEvent } from '../../channels/events.js';
import type { WrittenChange } from './history-store.js';
import type { Lesson } from './lesson.js';
import type { LessonChange } from './policy.js';

/** The channel of one lesson. */
export function lessonChannel(lessonId: string): string {
  return `lesson:${lessonId}`;
}

/** The channel of all lessons of a user, new ones included. */
export function userLessonsChannel(userId: string): string {
  return `lessons:${userId}`;
}

/** What an event of a lesson says; everything else is read when the event is executed. */
interface LessonChangedPayload {
  readonly lessonId: string;
  readonly change: LessonChange;
  /** The lesson's version after the change. */
  readonly version: number;
}

const kind = 'lesson.changed';

/** What channels of others are told of a change of a lesson, in its transaction: that its board is frozen. */
export type AlsoTold = (written: WrittenChange, actorId: string | null) => readonly NewEvent[];

/** The events of changes that were just written: everything that is to be appended for them. */
export function lessonEvents(
  changes: readonly WrittenChange[],
  actorId: string | null,
  alsoTold: AlsoTold,
): NewEvent[] {
  return changes.flatMap((written) => [
    ...lessonChanged(written.after, written.change, actorId),
    ...alsoTold(written, actorId),
  ]);
}

/** The events of one change, for the lesson and for both of its people. */
function lessonChanged(lesson: Lesson, change: LessonChange, actorId: string | null): NewEvent[] {
  const payload = { lessonId: lesson.id, change, version: lesson.version };
  const channels = [
    lessonChannel(lesson.id),
    userLessonsChannel(lesson.tutorId),
    userLessonsChannel(lesson.studentId),
  ];
  return channels.map((channel) => ({ channel, kind, actorId, payload }));
}

/** The payload of an event out of a lesson's or a user's channel; these hold no other kind. */
export function lessonChangedPayload(event: ChannelEvent): LessonChangedPayload {
  if (event.kind !== kind)
    throw new Error(`The channel ${event.channel} holds an event of kind ${event.kind}.`);
  return event.payload as unknown as LessonChangedPayload;
}
