import type { Channels } from '../../channels/channels.js';
import type { Cursor } from '../../channels/cursor.js';
import type { StreamItem } from '../../channels/events.js';
import { AppError } from '../../shared/errors.js';
import type { Connection, Page } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import { type AttendanceInterval, intervalsOf } from './attendance.js';
import { findAttendance } from './attendance-store.js';
import { createBookings } from './bookings.js';
import { type BulkOptions, createBulkBooking } from './bulk.js';
import { createCalendar } from './calendar.js';
import { createCancellationPolicies } from './cancellation-policies.js';
import { createConduct } from './conduct.js';
import { lessonChannel, userLessonsChannel } from './events.js';
import { createFollowing } from './following.js';
import { findHistories } from './history-store.js';
import type { LessonFilter, LessonHistoryEntry, LessonPage, LessonView } from './lesson.js';
import { listLessons } from './list.js';
import { canListSchoolLessons, canSeeLesson } from './policy.js';
import { findLesson, findLessons } from './store.js';

interface LessonServiceOptions extends BulkOptions {
  readonly channels: Pick<Channels, 'append' | 'subscribe'>;
}

/** Nobody comes and goes so often; a list has an end all the same. */
const shownIntervals = 200;

/** A page of the history of a lesson that the viewer has been shown. */
export interface HistoryRequest {
  readonly lesson: LessonView;
  readonly page: Page;
}

/** Lessons as the API offers them. Every method authorizes its viewer; errors are AppErrors. */
export function createLessonService(options: LessonServiceOptions) {
  const { database, channels } = options;
  const calendar = createCalendar(options);
  const following = createFollowing(options);

  return {
    ...createBookings(options, calendar),
    ...createBulkBooking(options, calendar),
    ...createConduct(options, calendar),
    ...createCancellationPolicies(database),

    /** For each id the lesson, or LESSON_NOT_FOUND when it is absent or not the viewer's to see. One statement. */
    async lessonsByIds(viewer: Viewer, ids: readonly string[]): Promise<(LessonView | AppError)[]> {
      const found = await findLessons(database, viewer.organizationId, ids);
      const visible = new Map(
        found.filter((lesson) => canSeeLesson(viewer, lesson)).map((lesson) => [lesson.id, lesson]),
      );
      return ids.map((id) => visible.get(id) ?? new AppError('LESSON_NOT_FOUND'));
    },

    /** The viewer's lessons, for admins all of the school's, by start. One statement. */
    lessons(viewer: Viewer, filter: LessonFilter, page: Page): Promise<LessonPage> {
      const { organizationId, userId: viewerId } = viewer;
      const participantId = canListSchoolLessons(viewer) ? null : viewerId;
      return listLessons(database, { organizationId, viewerId, participantId }, filter, page);
    },

    /** A page of the history of each lesson; the pages are the same. One statement. */
    async histories(
      viewer: Viewer,
      requests: readonly HistoryRequest[],
    ): Promise<Connection<LessonHistoryEntry>[]> {
      const [first] = requests;
      if (!first) return [];
      const ids = requests.map(({ lesson }) => lesson.id);
      const found = await findHistories(database, viewer.organizationId, ids, first.page);
      return ids.map((id) => found.get(id) as Connection<LessonHistoryEntry>);
    },

    /** Who was at each of the lessons that the viewer has been shown, and when. One statement. */
    async attendances(viewer: Viewer, lessons: readonly LessonView[]): Promise<AttendanceInterval[][]> {
      const ids = lessons.map(({ id }) => id);
      const events = await findAttendance(database, [viewer.organizationId], ids);
      return ids.map((id) => intervalsOf(events.get(id) ?? []).slice(0, shownIntervals));
    },

    /** Follows one lesson, or all of the viewer's when no id is given; fails with LESSON_NOT_FOUND at the first step. */
    follow(viewer: Viewer, lessonId: string | null, after: Cursor | null): AsyncIterableIterator<StreamItem> {
      const channel = lessonId ? lessonChannel(lessonId) : userLessonsChannel(viewer.userId);
      const authorize = async () => {
        const lesson = lessonId && (await findLesson(database, viewer.organizationId, lessonId));
        if (lessonId && !(lesson && canSeeLesson(viewer, lesson))) throw new AppError('LESSON_NOT_FOUND');
      };
      const { organizationId, userId, sessionId } = viewer;
      const accessClass = canListSchoolLessons(viewer) ? 'admin' : 'participant';
      const items = channels.subscribe({ channel, after, userId, accessClass, authorize });
      return lessonId ? following.watch({ organizationId, lessonId, userId, sessionId }, items) : items;
    },
  };
}

/** Lessons, as `createLessonService` makes them. */
export type LessonService = ReturnType<typeof createLessonService>;
