import type { Channels } from '../../channels/channels.js';
import type { Cursor } from '../../channels/cursor.js';
import type { StreamItem } from '../../channels/events.js';
import type { Queryable, UnitOfWork } from '../../platform/database/database.js';
import { once } from '../../platform/idempotency/once.js';
import { AppError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Page } from '../../shared/pagination.js';
import { isAdmin, type Viewer } from '../../shared/viewer.js';
import type { RelationService } from '../relations/service.js';
import { type CalendarOptions, createCalendar, type LessonTarget } from './calendar.js';
import { lessonChannel, userLessonsChannel } from './events.js';
import type { LessonFilter, LessonPage, LessonView } from './lesson.js';
import { listLessons } from './list.js';
import { canSchedule, canSeeLesson, isLate } from './policy.js';
import { requireBookable, slotTaken } from './rules.js';
import { findLesson, findLessons, insertLesson } from './store.js';

/** What a tutor books. */
interface Booking {
  readonly studentId: string;
  readonly title: string;
  readonly notes: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** Lessons as the API offers them. Every method authorizes its viewer; errors are AppErrors. */
export interface LessonService {
  /** For each id the lesson, or LESSON_NOT_FOUND when it is absent or not the viewer's to see. One statement. */
  lessonsByIds(viewer: Viewer, ids: readonly string[]): Promise<(LessonView | AppError)[]>;
  /** The viewer's lessons, for admins all of the school's, by start. One statement. */
  lessons(viewer: Viewer, filter: LessonFilter, page: Page): Promise<LessonPage>;
  /**
   * Books a lesson for a tutor. FORBIDDEN, VALIDATION_ERROR, STUDENT_NOT_FOUND, RELATION_NOT_ACTIVE, SLOT_TAKEN, and with
   * a key IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.
   */
  schedule(viewer: Viewer, booking: Booking, idempotencyKey?: string | null): Promise<LessonView>;
  /** Cancels a scheduled lesson. LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION. */
  cancel(viewer: Viewer, target: LessonTarget, reason: string | null): Promise<LessonView>;
  /** Changes what is given of title and notes. LESSON_NOT_FOUND, FORBIDDEN, LESSON_CONFLICT, LESSON_INVALID_TRANSITION. */
  edit(viewer: Viewer, target: LessonTarget, texts: LessonTexts): Promise<LessonView>;
  /** Follows one lesson, or all of the viewer's when no id is given; fails with LESSON_NOT_FOUND at the first step. */
  follow(viewer: Viewer, lessonId: string | null, after: Cursor | null): AsyncIterableIterator<StreamItem>;
}

/** What `edit` may change; what is undefined stays. */
interface LessonTexts {
  readonly title?: string | undefined;
  readonly notes?: string | null | undefined;
}

interface LessonServiceOptions extends CalendarOptions {
  readonly channels: Pick<Channels, 'append' | 'subscribe'>;
  readonly relations: Pick<RelationService, 'requireActive'>;
}

/** The lessons of all schools. */
export function createLessonService(options: LessonServiceOptions): LessonService {
  const { database, channels, clock, accounts, relations } = options;
  const calendar = createCalendar(options);

  async function book(tx: UnitOfWork, viewer: Viewer, booking: Booking): Promise<LessonView> {
    const { organizationId, userId: tutorId } = viewer;
    const { studentId } = booking;
    const now = clock.now();
    requireBookable(booking.startsAt, booking.endsAt, now);
    const people = await accounts.lockPeople(tx, organizationId, [tutorId, studentId]);
    if (!people.some(({ id, role }) => id === studentId && role === 'STUDENT'))
      throw new AppError('STUDENT_NOT_FOUND', { 'input.studentId': ['is not the id of a student'] });
    await relations.requireActive(tx, organizationId, tutorId, studentId);
    const lesson = await insertLesson(
      tx,
      { ...booking, id: newId(), organizationId, tutorId, status: 'SCHEDULED' },
      now,
    ).catch((error: unknown) => {
      throw slotTaken(error);
    });
    return calendar.announce(tx, tutorId, lesson, { change: 'SCHEDULED', notice: 'lesson.scheduled' });
  }

  return {
    async lessonsByIds(viewer, ids) {
      const found = await findLessons(database, viewer.organizationId, ids);
      const visible = new Map(
        found.filter((lesson) => canSeeLesson(viewer, lesson)).map((lesson) => [lesson.id, lesson]),
      );
      return ids.map((id) => visible.get(id) ?? new AppError('LESSON_NOT_FOUND'));
    },

    lessons(viewer, filter, page) {
      const { organizationId, userId: viewerId } = viewer;
      const participantId = isAdmin(viewer) ? null : viewerId;
      return listLessons(database, { organizationId, viewerId, participantId }, filter, page);
    },

    async schedule(viewer, booking, key) {
      if (!canSchedule(viewer)) throw new AppError('FORBIDDEN');
      const request = { userId: viewer.userId, operation: 'scheduleLesson', key, input: booking };
      return database.transaction(async (tx) => {
        let booked: LessonView | null = null;
        const id = await once(tx, request, async () => {
          booked = await book(tx, viewer, booking);
          return booked.id;
        });
        return booked ?? existing(tx, viewer, id);
      });
    },

    cancel: (viewer, target, reason) =>
      calendar.change(viewer, target, {
        change: 'CANCELLED',
        notice: 'lesson.cancelled',
        alter: (lesson, now) => ({
          cancellation: { byId: viewer.userId, at: now, reason, late: isLate(lesson, now) },
        }),
      }),

    edit: (viewer, target, texts) =>
      calendar.change(viewer, target, {
        change: 'EDITED',
        alter: (lesson) => {
          const { title = lesson.title, notes = lesson.notes } = texts;
          return title === lesson.title && notes === lesson.notes ? null : { title, notes };
        },
      }),

    follow(viewer, lessonId, after) {
      const channel = lessonId ? lessonChannel(lessonId) : userLessonsChannel(viewer.userId);
      const authorize = async () => {
        if (lessonId) await existing(database, viewer, lessonId);
      };
      const accessClass = isAdmin(viewer) ? 'admin' : 'participant';
      return channels.subscribe({ channel, after, userId: viewer.userId, accessClass, authorize });
    },
  };
}

/** A lesson that the viewer may see, or LESSON_NOT_FOUND. */
async function existing(on: Queryable, viewer: Viewer, id: string): Promise<LessonView> {
  const lesson = await findLesson(on, viewer.organizationId, id);
  if (!lesson || !canSeeLesson(viewer, lesson)) throw new AppError('LESSON_NOT_FOUND');
  return lesson;
}
