import { Temporal } from 'temporal-polyfill';

/** A stretch of time during which a zone keeps one offset from UTC. Milliseconds since the epoch, the end left out. */
export interface OffsetSpan {
  readonly start: number;
  readonly end: number;
  /** Local time minus UTC, in milliseconds. */
  readonly offset: number;
}

const nanosecondsPerMillisecond = 1_000_000;

/** Whether this is the name of a zone (IANA), not an offset such as +03:00. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * When a clock in the zone shows this local time. A time that does not exist moves forward by the gap, and one that
 * repeats is taken the first time (RFC 5545, 3.3.5; "compatible" in Temporal).
 */
export function instantOf(local: Temporal.PlainDateTime, timeZone: string): Date {
  return new Date(local.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds);
}

/** What a clock in the zone shows at this instant. */
export function localOf(instant: Date, timeZone: string): Temporal.PlainDateTime {
  return zoned(instant.getTime(), timeZone).toPlainDateTime();
}

/** The time from `start` to `end`, cut where the zone changes its offset. */
export function offsetSpans(timeZone: string, start: number, end: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  for (let at = start; at < end; ) {
    const here = zoned(at, timeZone);
    const next = here.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
    const until = Math.min(next, end);
    spans.push({ start: at, end: until, offset: here.offsetNanoseconds / nanosecondsPerMillisecond });
    at = until;
  }
  return spans;
}

function zoned(milliseconds: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO(timeZone);
}
