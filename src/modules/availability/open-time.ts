import { offsetSpans } from '../../platform/time/zones.js';
import { groupBy } from '../../shared/group-by.js';
import { type Availability, isWholeDay, minutesPerDay, type Span } from './availability.js';
import { merged, without } from './spans.js';

const minute = 60_000;
const day = minutesPerDay * minute;

/**
 * The time between two instants in which the tutor teaches, in order. An instant belongs to it exactly when the clock
 * on the tutor's wall then shows an open time: an hour that repeats is open twice, one that is left out never.
 */
export function openTime(availability: Availability, from: number, to: number): Span[] {
  const parts = createDayParts(availability);
  const open: Span[] = [];
  // Where the offset stays the same, local days and minutes are plain arithmetic.
  for (const { start, end, offset } of offsetSpans(availability.timeZone, from, to)) {
    const lastDay = Math.floor((end - 1 + offset) / day);
    for (let date = Math.floor((start + offset) / day); date <= lastDay; date++) {
      for (const part of parts(date)) {
        const cut = {
          start: Math.max(start, date * day + part.start - offset),
          end: Math.min(end, date * day + part.end - offset),
        };
        if (cut.start < cut.end) open.push(cut);
      }
    }
  }
  return merged(open);
}

/** Gives the open parts of a local date (in days since 1970-01-01), in milliseconds after its midnight. */
function createDayParts({ windows, exceptions }: Availability): (date: number) => readonly Span[] {
  const span = ({ fromMinute, toMinute }: { fromMinute: number; toMinute: number }): Span => ({
    start: fromMinute * minute,
    end: toMinute * minute,
  });
  const wholeDay = [{ start: 0, end: day }];
  const week = Array.from({ length: 7 }, (_, index) =>
    windows.length === 0 ? wholeDay : merged(windows.filter((one) => one.weekday === index + 1).map(span)),
  );
  const exceptionsByDate = groupBy(exceptions, ({ date }) => Date.parse(date) / day);

  return (date) => {
    // 1970-01-01 was a Thursday.
    const ordinary = week[(((date + 3) % 7) + 7) % 7] as readonly Span[];
    const special = exceptionsByDate.get(date);
    if (!special) return ordinary;
    const dayOff = special.some((one) => !one.available && isWholeDay(one));
    const added = special.filter(({ available }) => available).map(span);
    const closed = special.filter((one) => !one.available && !isWholeDay(one)).map(span);
    return without(merged([...(dayOff ? [] : ordinary), ...added]), closed);
  };
}
