import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { instantOf, localOf } from '../../platform/time/zones.js';
import { invalid } from '../../shared/errors.js';
import { parseRule, type RuleParts } from './rule.js';
import { maxOccurrences, type Occurrence } from './series.js';

const path = 'input.rrule';

/** Bounds the work on a rule that hardly ever matches: about 40 ms. */
const maxPeriods = 5_000;
const maxCandidates = 50_000;

/** Where a series begins. */
export interface SeriesStart {
  readonly localStart: Temporal.PlainDateTime;
  readonly timeZone: string;
}

/**
 * The occurrences of a rule from a local time on, in order; VALIDATION_ERROR at `input.rrule` when it gives none or
 * more than 200. The rule is followed on the calendar, as if in UTC, and each local time is looked up in the zone
 * afterwards: the library leaves out a time that does not exist, and a lesson moves forward by the gap instead.
 */
export function occurrencesOf(rrule: string, { localStart, timeZone }: SeriesStart): Occurrence[] {
  const parts = parseRule(rrule);
  const isOver = endOf(parts);
  const found: Occurrence[] = [];
  try {
    const rule = new RRuleTemporal({
      rruleString: calendarRule(parts),
      dtstart: localStart.toZonedDateTime('UTC'),
      temporal: Temporal,
      strict: true,
      maxIterations: maxPeriods,
      maxCandidateEvaluations: maxCandidates,
    });
    rule.all((date) => {
      const local = date.toPlainDateTime();
      const occurrence = { local, startsAt: instantOf(local, timeZone) };
      if (found.length > maxOccurrences || isOver(occurrence)) return false;
      found.push(occurrence);
      return true;
    });
  } catch (error) {
    throw invalid(path, { rule: isExhausted(error) ? 'RRULE_REACH' : 'RRULE' });
  }
  if (found.length === 0) throw invalid(path, { rule: 'RRULE_EMPTY' });
  if (found.length > maxOccurrences) throw invalid(path, { rule: 'RRULE_LESSONS', max: maxOccurrences });
  return found.sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
}

function isExhausted(error: unknown): boolean {
  return error instanceof Error && /exceeded/.test(error.message);
}

/** The rule without its UNTIL, which is in the time of the zone and not of the calendar; a bound keeps it finite. */
function calendarRule(parts: RuleParts): string {
  const kept = [...parts].filter(([name]) => name !== 'UNTIL');
  if (parts.has('UNTIL')) kept.push(['COUNT', String(maxOccurrences + 1)]);
  return kept.map(([name, value]) => `${name}=${value}`).join(';');
}

/** Tells what lies beyond UNTIL: an instant in UTC, a local time, or a local date with all of its day. */
function endOf(parts: RuleParts): (occurrence: Occurrence) => boolean {
  const until = parts.get('UNTIL');
  if (until === undefined) return () => false;
  const text = `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}${
    until.length > 8 ? `T${until.slice(9, 11)}:${until.slice(11, 13)}:${until.slice(13, 15)}` : 'T23:59:59'
  }`;
  try {
    const end = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    if (!until.endsWith('Z')) return ({ local }) => Temporal.PlainDateTime.compare(local, end) > 0;
    const instant = instantOf(end, 'UTC');
    return ({ startsAt }) => startsAt > instant;
  } catch {
    throw invalid(path, { rule: 'RRULE_UNTIL' });
  }
}

/** How far one local time is from another, as clocks and calendars show it, in milliseconds. */
export function localDifference(from: Temporal.PlainDateTime, to: Temporal.PlainDateTime): number {
  return to.toZonedDateTime('UTC').epochMilliseconds - from.toZonedDateTime('UTC').epochMilliseconds;
}

/** A local time so far from another, as clocks and calendars show it. */
export function localAfter(from: Temporal.PlainDateTime, milliseconds: number): Temporal.PlainDateTime {
  return localOf(new Date(from.toZonedDateTime('UTC').epochMilliseconds + milliseconds), 'UTC');
}
