import type { Channels } from '../../channels/channels.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import type { AccountService } from '../accounts/service.js';
import { lessonChanged, lessonChannel } from './events.js';
import type { Lesson, LessonView } from './lesson.js';
import { type LessonNotice, type LessonNoticeQueue, noticesOf } from './notices.js';
import { type Actor, actorOf, type LessonChange, mayEver, statusAfter } from './policy.js';
import { requireVersion } from './rules.js';
import { findLesson, type LessonState, saveLesson } from './store.js';

/** A lesson that is to be changed. */
export interface LessonTarget {
  readonly lessonId: string;
  /** Refuses the change with LESSON_CONFLICT when the lesson has another version. */
  readonly expectedVersion?: number | null | undefined;
}

/** One kind of change. */
interface Change {
  readonly change: LessonChange;
  readonly notice?: LessonNotice;
  /** What becomes different beside the status; null when nothing does, and then nothing is written or told. */
  alter(lesson: Lesson, now: Date): Partial<Omit<LessonState, 'status'>> | null;
}

/** The writing side of the calendar: every write locks the lesson's people first and tells of itself last. */
interface Calendar {
  /** Changes a lesson on behalf of the viewer. LESSON_NOT_FOUND, FORBIDDEN, LESSON_CONFLICT, LESSON_INVALID_TRANSITION. */
  change(viewer: Viewer, target: LessonTarget, change: Change): Promise<LessonView>;
  /** Tells people and channels of a change that was just written; it locks the channels, so little may follow it. */
  announce(tx: UnitOfWork, actorId: string, lesson: Lesson, change: Told): Promise<LessonView>;
}

/** How a change is told. */
type Told = Pick<Change, 'change' | 'notice'>;

export interface CalendarOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'append'>;
  readonly queue: LessonNoticeQueue;
  readonly clock: Clock;
  readonly accounts: Pick<AccountService, 'lockPeople'>;
}

/** The writing side of the calendar. */
export function createCalendar({ database, channels, queue, clock, accounts }: CalendarOptions): Calendar {
  async function announce(tx: UnitOfWork, actorId: string, lesson: Lesson, told: Told): Promise<LessonView> {
    if (told.notice) await queue.enqueueBatch(noticesOf(lesson, told.notice, actorId), tx);
    const events = await channels.append(tx, lessonChanged(lesson, told.change, actorId));
    const own = events.find(({ channel }) => channel === lessonChannel(lesson.id));
    if (!own) throw new Error('The change of a lesson was not appended to its channel.');
    return { ...lesson, eventCursor: { channel: own.channel, seq: own.seq, tag: own.tag } };
  }

  async function change(viewer: Viewer, target: LessonTarget, wanted: Change): Promise<LessonView> {
    return database.transaction(async (tx) => {
      const { seen, actor } = await authorize(tx, viewer, target.lessonId, wanted.change);
      // In id order: crossed bookings would otherwise deadlock in the exclusion constraints.
      await accounts.lockPeople(tx, viewer.organizationId, [seen.tutorId, seen.studentId]);
      // All writers of this lesson hold its people: what is read under their locks stays until the commit.
      const lesson = await findLesson(tx, viewer.organizationId, seen.id);
      if (!lesson) throw new AppError('LESSON_NOT_FOUND');
      requireVersion(lesson, target.expectedVersion);
      const status = statusAfter(wanted.change, lesson.status, actor);
      if (!status) throw new AppError('LESSON_INVALID_TRANSITION');
      const now = clock.now();
      const altered = wanted.alter(lesson, now);
      if (!altered) return lesson;
      const saved = await saveLesson(tx, lesson, { ...lesson, ...altered, status }, now);
      if (!saved) throw new AppError('LESSON_CONFLICT');
      return announce(tx, viewer.userId, saved, wanted);
    });
  }

  return { announce, change };
}

/** The lesson and as whom the viewer acts on it, before anything is locked. */
async function authorize(
  tx: UnitOfWork,
  viewer: Viewer,
  lessonId: string,
  change: LessonChange,
): Promise<{ seen: Lesson; actor: Actor }> {
  const seen = await findLesson(tx, viewer.organizationId, lessonId);
  const actor = seen && actorOf(viewer, seen);
  if (!seen || !actor) throw new AppError('LESSON_NOT_FOUND');
  if (!mayEver(actor, change)) throw new AppError('FORBIDDEN');
  return { seen, actor };
}
