import type { Availability, Span } from './availability.js';
import { openTime } from './open-time.js';
import { without } from './spans.js';

const minute = 60_000;
const quarter = 15 * minute;

/** What is asked of a tutor's time, in milliseconds since the epoch. */
export interface SlotSearch {
  readonly from: number;
  readonly to: number;
  /** The length of a slot. */
  readonly length: number;
}

/**
 * Slots of one length, back to back from the start of each stretch that is open and not booked. Where the search
 * begins in the middle of open time, the first slot starts at the next quarter of an hour.
 */
export function freeSlots(
  availability: Availability,
  booked: readonly Span[],
  { from, to, length }: SlotSearch,
): Span[] {
  // A minute earlier, so that open time which begins with the search is told from open time that goes on.
  const open = openTime(availability, from - minute, to);
  const slots: Span[] = [];
  for (const { start, end } of without(open, booked)) {
    let next = start < from ? Math.ceil(from / quarter) * quarter : start;
    for (; next + length <= end; next += length) slots.push({ start: next, end: next + length });
  }
  return slots;
}
