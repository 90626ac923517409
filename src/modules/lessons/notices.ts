import type { UnitOfWork } from '../../platform/database/database.js';
import type { Lesson } from './lesson.js';
import type { LessonChange } from './policy.js';

/** What people are told of a lesson: the event types that this module enqueues for a change. */
type LessonNotice =
  | 'lesson.scheduled'
  | 'lesson.cancelled'
  | 'lesson.requested'
  | 'lesson.accepted'
  | 'lesson.declined'
  | 'lesson.moved'
  | 'lesson.no_show';

/** Changes of which the people are told; the others are seen in the application. */
const notices: Partial<Record<LessonChange, LessonNotice>> = {
  SCHEDULED: 'lesson.scheduled',
  CANCELLED: 'lesson.cancelled',
  REQUESTED: 'lesson.requested',
  ACCEPTED: 'lesson.accepted',
  DECLINED: 'lesson.declined',
  MOVED: 'lesson.moved',
  NO_SHOW: 'lesson.no_show',
};

/** A queue item of this module. */
export type LessonNoticeItem =
  | {
      readonly eventType: LessonNotice;
      readonly userId: string;
      readonly payload: {
        readonly lessonId: string;
        readonly version: number;
        readonly actorId: string | null;
      };
    }
  | {
      readonly eventType: 'lesson.starting_soon';
      readonly userId: string;
      readonly payload: {
        readonly lessonId: string;
        readonly version: number;
        readonly startsAt: string;
        readonly minutesBefore: number;
      };
      readonly runAt: Date;
      readonly dedupeKey: string;
    };

/** The part of the notification queue that lessons need. */
export interface LessonNoticeQueue {
  enqueueBatch(items: readonly LessonNoticeItem[], tx: UnitOfWork): Promise<unknown>;
}

/** The items that tell the lesson's people about a change: all but the one who made it. */
export function noticesOf(lesson: Lesson, change: LessonChange, actorId: string | null): LessonNoticeItem[] {
  const eventType = notices[change];
  if (!eventType) return [];
  const payload = { lessonId: lesson.id, version: lesson.version, actorId };
  const others = [lesson.tutorId, lesson.studentId].filter((userId) => userId !== actorId);
  return others.map((userId) => ({ eventType, userId, payload }));
}

/** Changes that give a lesson its times; an edit of the title leaves its reminders as they are. */
const timed: readonly LessonChange[] = ['SCHEDULED', 'ACCEPTED', 'MOVED'];
const reminderMinutes = [24 * 60, 15] as const;

/**
 * The reminders of a lesson that has just got its times, those that are due already left out. They name these times:
 * when they are sent, a lesson that was moved or cancelled meanwhile reminds nobody of them.
 */
export function remindersOf(lesson: Lesson, change: LessonChange, now: Date): LessonNoticeItem[] {
  if (!timed.includes(change) || lesson.status !== 'SCHEDULED') return [];
  const { id: lessonId, version } = lesson;
  const startsAt = lesson.startsAt.toISOString();
  return reminderMinutes.flatMap((minutesBefore) => {
    const runAt = new Date(lesson.startsAt.getTime() - minutesBefore * 60_000);
    if (runAt <= now) return [];
    return [lesson.tutorId, lesson.studentId].map((userId) => ({
      eventType: 'lesson.starting_soon' as const,
      userId,
      payload: { lessonId, version, startsAt, minutesBefore },
      runAt,
      dedupeKey: `lesson.starting_soon:${lessonId}:${version}:${minutesBefore}:${userId}`,
    }));
  });
}
