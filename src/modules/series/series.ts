import type { Temporal } from 'temporal-polyfill';

/** Lessons that were booked together by a rule, as stored. */
export interface LessonSeries {
  readonly id: string;
  readonly organizationId: string;
  readonly tutorId: string;
  readonly studentId: string;
  /** RFC 5545, without DTSTART. */
  readonly rrule: string;
  /** IANA name. */
  readonly timeZone: string;
  /** The local time of the first occurrence: `2026-03-29T10:15`. */
  readonly localStart: string;
  readonly durationMinutes: number;
  /** How many occurrences the rule gives, the skipped ones included. */
  readonly occurrences: number;
  /** Starts of occurrences that were not booked because the slot was taken. */
  readonly skipped: readonly Date[];
}

/** What a rule gives: a local time, and the instant that it stands for. */
export interface Occurrence {
  readonly local: Temporal.PlainDateTime;
  readonly startsAt: Date;
}

/** How much of its series a change of a lesson touches. */
export type SeriesScope = 'THIS' | 'THIS_AND_FOLLOWING' | 'ALL';

export const maxOccurrences = 200;
