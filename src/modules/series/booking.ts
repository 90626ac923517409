import type { Temporal } from 'temporal-polyfill';
import type { UnitOfWork } from '../../platform/database/database.js';
import { AppError, invalid } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import { slotTaken } from '../lessons/rules.js';
import { announceSeries } from './announce.js';
import { slotsTaken } from './conflicts.js';
import { findConflicts, insertSeriesLessons } from './lesson-store.js';
import { occurrencesOf } from './occurrences.js';
import type { SeriesOptions } from './options.js';
import { formatRule, parseRule } from './rule.js';
import type { LessonSeries } from './series.js';
import { insertSeries } from './store.js';

const minute = 60_000;

/** What a tutor books. */
export interface SeriesBooking {
  readonly studentId: string;
  readonly title: string;
  readonly localStart: Temporal.PlainDateTime;
  readonly timeZone: string;
  readonly durationMinutes: number;
  readonly rrule: string;
  /** Leaves out occurrences whose slot is taken; otherwise one taken slot refuses all. */
  readonly skipConflicts: boolean;
}

/** An occurrence with its end. */
interface Slot {
  readonly position: number;
  readonly localStart: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** The slots of a booking, in order. VALIDATION_ERROR at `input.rrule`. */
function slotsOf(booking: SeriesBooking): Slot[] {
  const length = booking.durationMinutes * minute;
  return occurrencesOf(booking.rrule, booking).map(({ local, startsAt }, index) => ({
    position: index + 1,
    localStart: local.toString(),
    startsAt,
    endsAt: new Date(startsAt.getTime() + length),
  }));
}

/** Books a series in the transaction and gives it. */
export async function bookSeries(
  tx: UnitOfWork,
  options: SeriesOptions,
  viewer: Viewer,
  booking: SeriesBooking,
): Promise<LessonSeries> {
  const { accounts, relations, clock } = options;
  const { organizationId, userId: tutorId } = viewer;
  const { studentId } = booking;
  const now = clock.now();
  const slots = slotsOf(booking);
  if (slots.some(({ startsAt }) => startsAt <= now)) throw invalid('input.localStart', { rule: 'IN_FUTURE' });
  const people = await accounts.lockPeople(tx, organizationId, [tutorId, studentId]);
  if (!people.some(({ id, role }) => id === studentId && role === 'STUDENT'))
    throw new AppError('STUDENT_NOT_FOUND', { 'input.studentId': [{ rule: 'STUDENT_ID' }] });
  await relations.requireActive(tx, organizationId, tutorId, studentId);

  // Whoever writes to either calendar holds the same locks, so what is free now stays free until the commit.
  const conflicts = await findConflicts(tx, { organizationId, tutorId, studentId }, slots, []);
  const taken = new Set(conflicts.map(({ index }) => index));
  if (taken.size > 0 && (!booking.skipConflicts || taken.size === slots.length))
    throw slotsTaken('input.localStart', conflicts, slots);
  const series: LessonSeries = {
    id: newId(),
    organizationId,
    tutorId,
    studentId,
    rrule: formatRule(parseRule(booking.rrule)),
    timeZone: booking.timeZone,
    localStart: slots[0]?.localStart ?? booking.localStart.toString(),
    durationMinutes: booking.durationMinutes,
    occurrences: slots.length,
    skipped: slots.filter((_slot, index) => taken.has(index)).map(({ startsAt }) => startsAt),
  };
  await insertSeries(tx, series, now);
  const free = slots.filter((_slot, index) => !taken.has(index)).map((slot) => ({ ...slot, id: newId() }));
  const lessons = await insertSeriesLessons(tx, series, booking.title, free, now).catch((error: unknown) => {
    throw slotTaken(error, 'input.localStart');
  });
  await announceSeries(tx, options, {
    seriesId: series.id,
    actorId: tutorId,
    changes: lessons.map((after) => ({ change: 'SCHEDULED', before: null, after })),
    notice: 'series.scheduled',
  });
  return series;
}
