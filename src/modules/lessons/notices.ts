import type { UnitOfWork } from '../../platform/database/database.js';
import type { Lesson } from './lesson.js';

/** What people are told of a lesson: the event types that this module enqueues. */
export type LessonNotice = 'lesson.scheduled' | 'lesson.cancelled';

/** A queue item of this module. */
interface LessonNoticeItem {
  readonly eventType: LessonNotice;
  readonly userId: string;
  readonly payload: { readonly lessonId: string; readonly version: number; readonly actorId: string };
}

/** The part of the notification queue that lessons need. */
export interface LessonNoticeQueue {
  enqueueBatch(items: readonly LessonNoticeItem[], tx: UnitOfWork): Promise<unknown>;
}

/** The items that tell the lesson's people about a change: all but the one who made it. */
export function noticesOf(lesson: Lesson, eventType: LessonNotice, actorId: string): LessonNoticeItem[] {
  const payload = { lessonId: lesson.id, version: lesson.version, actorId };
  const others = [lesson.tutorId, lesson.studentId].filter((userId) => userId !== actorId);
  return others.map((userId) => ({ eventType, userId, payload }));
}
