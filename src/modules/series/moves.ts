import { Temporal } from 'temporal-polyfill';
import { instantOf, localOf } from '../../platform/time/zones.js';
import { invalid } from '../../shared/errors.js';
import type { Move, SeriesLesson } from './lesson-store.js';
import { localAfter, localDifference } from './occurrences.js';
import { endingAfter, movedByDays } from './rule.js';
import type { LessonSeries } from './series.js';

const minute = 60_000;
const day = 1_440 * minute;

/** When a lesson is to be held. */
export interface Times {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

export function sameTimes(a: Times, b: Times): boolean {
  return a.startsAt.getTime() === b.startsAt.getTime() && a.endsAt.getTime() === b.endsAt.getTime();
}

/** Refuses what a series cannot keep: it has local times and a length in whole minutes. */
export function requireWholeMinutes({ startsAt, endsAt }: Times): void {
  if (startsAt.getTime() % minute !== 0) throw invalid('input.startsAt', { rule: 'WHOLE_MINUTE' });
  if (endsAt.getTime() % minute !== 0) throw invalid('input.endsAt', { rule: 'WHOLE_MINUTE' });
}

/** Whether a lesson lies where its series has it: then it goes where the series goes. */
export function isInPlace(lesson: SeriesLesson, { timeZone, durationMinutes }: LessonSeries): boolean {
  const expected = instantOf(lesson.local, timeZone).getTime();
  const length = lesson.endsAt.getTime() - lesson.startsAt.getTime();
  return lesson.startsAt.getTime() === expected && length === durationMinutes * minute;
}

/** How a series and its lessons come to lie elsewhere. */
export interface Relocation {
  readonly moves: readonly Move[];
  /** The series from the first lesson that is moved. */
  readonly series: LessonSeries;
}

/**
 * Moves lessons of a series by as much as one of them is moved on the clock and the calendar of the series' zone.
 * A lesson that was moved on its own before keeps its times; only its place in the series goes along.
 */
export function relocate(
  series: LessonSeries,
  lessons: readonly SeriesLesson[],
  target: SeriesLesson,
  times: Times,
  leavesSeries: boolean,
): Relocation {
  const { timeZone } = series;
  const newLocal = localOf(times.startsAt, timeZone);
  const distance = localDifference(target.local, newLocal);
  const length = times.endsAt.getTime() - times.startsAt.getTime();
  const at = (local: Temporal.PlainDateTime): Times => {
    const startsAt = instantOf(local, timeZone);
    return { startsAt, endsAt: new Date(startsAt.getTime() + length) };
  };
  const moves = lessons.map((lesson) => {
    const { id, version } = lesson;
    const local = localAfter(lesson.local, distance);
    const localStart = local.toString();
    // The very instant that was asked for: in an hour that repeats, the local time alone would not tell which.
    const becomes = id === target.id ? times : isInPlace(lesson, series) ? at(local) : lesson;
    const { startsAt, endsAt } = becomes;
    const moved = !sameTimes(lesson, becomes);
    return { id, version, startsAt, endsAt, localStart, moved, changed: moved || leavesSeries };
  });
  const localStart = localAfter(Temporal.PlainDateTime.from(series.localStart), distance);
  const days = Math.floor(localDifference(midnight(target.local), midnight(newLocal)) / day);
  return {
    moves,
    series: {
      ...series,
      rrule: movedByDays(endingAfter(series.rrule, series.occurrences), days),
      localStart: localStart.toString(),
      durationMinutes: length / minute,
    },
  };
}

function midnight(local: Temporal.PlainDateTime): Temporal.PlainDateTime {
  return local.toPlainDate().toPlainDateTime();
}

/** A series cut in two at a lesson: what was before it stays where it was. */
export function split(
  series: LessonSeries,
  at: SeriesLesson,
  newSeriesId: string,
): { before: LessonSeries; from: LessonSeries } {
  const earlier = at.position - 1;
  const later = series.occurrences - earlier;
  return {
    before: { ...series, rrule: endingAfter(series.rrule, earlier), occurrences: earlier },
    from: {
      ...series,
      id: newSeriesId,
      rrule: endingAfter(series.rrule, later),
      localStart: at.local.toString(),
      occurrences: later,
      skipped: [],
    },
  };
}
