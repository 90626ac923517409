import type { LessonStatus } from '../../generated/prisma/enums.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import type { AccountService } from '../accounts/service.js';
import type { Lesson, LessonView } from './lesson.js';
import { type Actor, actorOf, type LessonChange, mayEver, statusAfter } from './policy.js';
import { createRecorder, type Recorder, type RecorderOptions } from './recorder.js';
import { requireVersion, slotTaken } from './rules.js';
import { findLesson, type LessonState, saveLesson } from './store.js';

/** A lesson that is to be changed. */
export interface LessonTarget {
  readonly lessonId: string;
  /** Refuses the change with LESSON_CONFLICT when the lesson has another version. */
  readonly expectedVersion?: number | null | undefined;
}

/** One kind of change. */
export interface Change {
  readonly change: LessonChange;
  /** The status that is wanted, where a change could lead to several; another is LESSON_INVALID_TRANSITION. */
  readonly to?: LessonStatus;
  /** Where the input says the times: SLOT_TAKEN names it. */
  readonly slotPath?: string;
  /** What else must hold; asked under the locks. */
  readonly require?: (tx: UnitOfWork, lesson: Lesson, now: Date) => Promise<void> | void;
  /** What becomes different beside the status; null when nothing does, and then nothing is written or told. */
  readonly alter?: (lesson: Lesson, now: Date) => Partial<Omit<LessonState, 'status'>> | null;
  /** What else is written with it. */
  readonly also?: (tx: UnitOfWork, lesson: Lesson, now: Date) => Promise<void>;
}

/** A lesson under the locks of its people, and as whom the viewer acts on it. */
interface Held {
  readonly lesson: LessonView;
  readonly actor: Actor;
}

/** The writing side of the calendar: every write locks the lesson's people first and tells of itself last. */
export interface Calendar {
  /** Changes a lesson on behalf of the viewer. LESSON_NOT_FOUND, FORBIDDEN, LESSON_CONFLICT, LESSON_INVALID_TRANSITION, SLOT_TAKEN. */
  change(viewer: Viewer, target: LessonTarget, change: Change): Promise<LessonView>;
  /** Locks the people of a lesson and gives it as it will stay until the commit, when `allowed` lets the viewer act; else FORBIDDEN. */
  hold(
    tx: UnitOfWork,
    viewer: Viewer,
    target: LessonTarget,
    allowed: (actor: Actor) => boolean,
  ): Promise<Held>;
  readonly record: Recorder;
}

export interface CalendarOptions extends RecorderOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly accounts: Pick<AccountService, 'lockPeople'>;
}

/** Creates the writing side of the calendar. */
export function createCalendar(options: CalendarOptions): Calendar {
  const { database, clock, accounts } = options;
  const record = createRecorder(options);

  const hold: Calendar['hold'] = async (tx, viewer, { lessonId, expectedVersion }, allowed) => {
    const seen = await findLesson(tx, viewer.organizationId, lessonId);
    const actor = seen && actorOf(viewer, seen);
    if (!seen || !actor) throw new AppError('LESSON_NOT_FOUND');
    if (!allowed(actor)) throw new AppError('FORBIDDEN');
    // In id order: crossed bookings would otherwise deadlock in the exclusion constraints.
    await accounts.lockPeople(tx, viewer.organizationId, [seen.tutorId, seen.studentId]);
    // All writers of this lesson hold its people: what is read under their locks stays until the commit.
    const lesson = await findLesson(tx, viewer.organizationId, seen.id);
    if (!lesson) throw new AppError('LESSON_NOT_FOUND');
    requireVersion(lesson, expectedVersion);
    return { lesson, actor };
  };

  async function change(viewer: Viewer, target: LessonTarget, wanted: Change): Promise<LessonView> {
    return database.transaction(async (tx) => {
      const { lesson, actor } = await hold(tx, viewer, target, (one) => mayEver(one, wanted.change));
      const now = clock.now();
      const status = statusAfter(wanted.change, lesson, actor, now);
      if (!status || (wanted.to && wanted.to !== status)) throw new AppError('LESSON_INVALID_TRANSITION');
      await wanted.require?.(tx, lesson, now);
      const altered = wanted.alter ? wanted.alter(lesson, now) : {};
      if (!altered) return lesson;
      const after = { ...lesson, ...altered, status };
      const saved = await saveLesson(tx, lesson, after, now).catch((error: unknown) => {
        throw slotTaken(error, wanted.slotPath ?? 'input.lessonId');
      });
      if (!saved) throw new AppError('LESSON_CONFLICT');
      await wanted.also?.(tx, saved, now);
      const [view] = await record(tx, viewer.userId, [
        { change: wanted.change, before: lesson, after: saved },
      ]);
      return view as LessonView;
    });
  }

  return { change, hold, record };
}
