import type { UnitOfWork } from '../../platform/database/database.js';
import { once } from '../../platform/idempotency/once.js';
import { AppError, invalid } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import { createCalendar, type LessonTarget } from '../lessons/calendar.js';
import type { LessonPage, LessonView } from '../lessons/lesson.js';
import { canSchedule, canSeeLesson } from '../lessons/policy.js';
import { requireBookable, slotTaken } from '../lessons/rules.js';
import { findLessons } from '../lessons/store.js';
import { announceSeries } from './announce.js';
import { bookSeries, type SeriesBooking } from './booking.js';
import { slotsTaken } from './conflicts.js';
import { pagesOfSeries, type SeriesPage } from './lesson-pages.js';
import {
  cancelLessons,
  findComing,
  findConflicts,
  hasEarlier,
  moveLessons,
  type SeriesLesson,
} from './lesson-store.js';
import { isInPlace, relocate, requireWholeMinutes, sameTimes, split, type Times } from './moves.js';
import type { SeriesOptions } from './options.js';
import type { LessonSeries, SeriesScope } from './series.js';
import { findSeries, findSeriesOfLessons, insertSeries, updateSeries } from './store.js';
import { lockTarget } from './target.js';

/** Series of lessons, and changes of one lesson that may touch others of its series. */
export function createSeriesService(options: SeriesOptions) {
  const { database, clock, lessons } = options;
  const calendar = createCalendar(options);

  /** The lessons that a change of this scope touches. */
  async function coming(tx: UnitOfWork, lessonId: string, place: Place, scope: SeriesScope, now: Date) {
    const position = scope === 'ALL' ? 1 : place.position;
    return findComing(tx, place.series, { position, now, always: lessonId });
  }

  /** The lessons by id, before they are changed. */
  async function asTheyAre(tx: UnitOfWork, { organizationId }: Viewer, touched: readonly SeriesLesson[]) {
    const ids = touched.map(({ id }) => id);
    return new Map((await findLessons(tx, organizationId, ids)).map((lesson) => [lesson.id, lesson]));
  }

  async function moveSeries(
    tx: UnitOfWork,
    viewer: Viewer,
    lesson: LessonView,
    place: Place,
    times: Times,
    scope: SeriesScope,
  ): Promise<LessonView[]> {
    const now = clock.now();
    requireBookable(times.startsAt, times.endsAt, now);
    requireWholeMinutes(times);
    const touched = await coming(tx, lesson.id, place, scope, now);
    const target = touched.find(({ id }) => id === lesson.id) as SeriesLesson;
    if (sameTimes(lesson, times) && isInPlace(target, place.series)) return [lesson];

    const splits = scope === 'THIS_AND_FOLLOWING' && (await hasEarlier(tx, place.series, target.position));
    const halves = splits ? split(place.series, target, newId()) : null;
    const { moves, series } = relocate(halves?.from ?? place.series, touched, target, times, splits);
    const moved = moves.filter((move) => move.moved);
    if (moved.some(({ startsAt }) => startsAt <= now))
      throw invalid('input.startsAt', { rule: 'SERIES_IN_PAST' });
    const conflicts = await findConflicts(
      tx,
      series,
      moved,
      moved.map(({ id }) => id),
    );
    if (conflicts.length > 0) throw slotsTaken('input.startsAt', conflicts, moved);

    if (halves) {
      await updateSeries(tx, halves.before);
      await insertSeries(tx, series, now);
    } else await updateSeries(tx, series);
    const before = await asTheyAre(tx, viewer, touched);
    const saved = await moveLessons(tx, series, moves, halves ? target.position - 1 : 0, now).catch(
      (error: unknown) => {
        throw slotTaken(error);
      },
    );
    if (saved.length !== moves.length) throw new AppError('LESSON_CONFLICT');
    const isMoved = new Set(moved.map(({ id }) => id));
    const isChanged = new Set(moves.filter((move) => move.changed).map(({ id }) => id));
    return announceSeries(tx, options, {
      seriesId: series.id,
      actorId: viewer.userId,
      changes: saved
        .filter(({ id }) => isChanged.has(id))
        .map((after) => ({
          change: isMoved.has(after.id) ? 'MOVED' : 'EDITED',
          before: before.get(after.id) ?? null,
          after,
        })),
      notice: 'series.moved',
    });
  }

  return {
    /** For each id the series, or SERIES_NOT_FOUND when it is absent or its lessons are not the viewer's to see. One statement. */
    async seriesByIds(viewer: Viewer, ids: readonly string[]): Promise<(LessonSeries | AppError)[]> {
      const found = await findSeries(database, viewer.organizationId, ids);
      const visible = new Map(found.filter((one) => canSeeLesson(viewer, one)).map((one) => [one.id, one]));
      return ids.map((id) => visible.get(id) ?? new AppError('SERIES_NOT_FOUND'));
    },

    /** For each lesson its series, or null. One statement; for lessons that the viewer has been given. */
    async seriesOfLessons(viewer: Viewer, lessonIds: readonly string[]): Promise<(LessonSeries | null)[]> {
      const found = await findSeriesOfLessons(database, viewer.organizationId, lessonIds);
      return lessonIds.map((id) => found.get(id) ?? null);
    },

    /** Pages of the lessons of series that the viewer has been given, in one statement. */
    lessonPages: (viewer: Viewer, pages: readonly SeriesPage[]): Promise<LessonPage[]> =>
      pagesOfSeries(database, viewer, pages),

    /**
     * Books a series of lessons for a tutor. FORBIDDEN, VALIDATION_ERROR, STUDENT_NOT_FOUND, RELATION_NOT_ACTIVE,
     * SLOT_TAKEN, and with a key IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.
     */
    async schedule(viewer: Viewer, booking: SeriesBooking, key?: string | null): Promise<LessonSeries> {
      if (!canSchedule(viewer)) throw new AppError('FORBIDDEN');
      const input = { ...booking, localStart: booking.localStart.toString() };
      const request = { userId: viewer.userId, operation: 'scheduleLessonSeries', key, input };
      return database.transaction(async (tx) => {
        const id = await once(tx, request, async () => (await bookSeries(tx, options, viewer, booking)).id);
        const [series] = await findSeries(tx, viewer.organizationId, [id]);
        if (!series) throw new AppError('SERIES_NOT_FOUND');
        return series;
      });
    },

    /**
     * Moves a scheduled lesson, and with it those that the scope adds; gives every lesson that it touched.
     * LESSON_NOT_FOUND, FORBIDDEN, LESSON_CONFLICT, LESSON_INVALID_TRANSITION, VALIDATION_ERROR, SLOT_TAKEN.
     */
    async reschedule(
      viewer: Viewer,
      target: LessonTarget,
      times: Times,
      scope: SeriesScope,
    ): Promise<LessonView[]> {
      const moved =
        scope === 'THIS'
          ? null
          : await database.transaction(async (tx) => {
              const { lesson, place } = await lockTarget(tx, calendar, viewer, target, {
                change: 'MOVED',
                now: clock.now(),
              });
              return place && moveSeries(tx, viewer, lesson, place, times, scope);
            });
      return moved ?? [await lessons.reschedule(viewer, target, times)];
    },

    /**
     * Cancels a lesson, and with it those to come that the scope adds; gives every lesson that it touched.
     * LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.
     */
    async cancel(
      viewer: Viewer,
      target: LessonTarget,
      reason: string | null,
      scope: SeriesScope,
    ): Promise<LessonView[]> {
      const cancelled =
        scope === 'THIS'
          ? null
          : await database.transaction(async (tx) => {
              const at = clock.now();
              const { lesson, place } = await lockTarget(tx, calendar, viewer, target, {
                change: 'CANCELLED',
                now: at,
              });
              if (!place) return null;
              const touched = await coming(tx, lesson.id, place, scope, at);
              const by = { byId: viewer.userId, at, reason };
              const before = await asTheyAre(tx, viewer, touched);
              const saved = await cancelLessons(tx, viewer.organizationId, touched, by);
              if (saved.length !== touched.length) throw new AppError('LESSON_CONFLICT');
              return announceSeries(tx, options, {
                seriesId: place.series.id,
                actorId: viewer.userId,
                changes: saved.map((after) => ({
                  change: 'CANCELLED',
                  before: before.get(after.id) ?? null,
                  after,
                })),
                notice: 'series.cancelled',
              });
            });
      return cancelled ?? [await lessons.cancel(viewer, target, reason)];
    },
  };
}

/** Series, as `createSeriesService` makes them. */
export type SeriesService = ReturnType<typeof createSeriesService>;

interface Place {
  readonly series: LessonSeries;
  readonly position: number;
}
