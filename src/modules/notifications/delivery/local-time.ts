import { Temporal } from 'temporal-polyfill';

/** Minutes of a day, as a wall clock shows them. */
const dayMinutes = 24 * 60;

/** The time of day in a zone, in minutes after midnight. */
export function minuteOfDay(instant: Date, timeZone: string): number {
  const { hour, minute } = local(instant, timeZone);
  return hour * 60 + minute;
}

/**
 * The next instant after `instant` at which clocks of the zone show this minute of the day. A time that summer time
 * skips comes later by the gap; one that is shown twice comes twice.
 */
export function nextAt(instant: Date, minute: number, timeZone: string): Date {
  const time = new Temporal.PlainTime(Math.floor(minute / 60), minute % 60);
  const today = local(instant, timeZone).toPlainDate();
  for (const day of [today, today.add({ days: 1 })]) {
    for (const disambiguation of ['compatible', 'later'] as const) {
      const { epochMilliseconds } = day.toPlainDateTime(time).toZonedDateTime(timeZone, { disambiguation });
      if (epochMilliseconds > instant.getTime()) return new Date(epochMilliseconds);
    }
  }
  throw new Error(`No clock in ${timeZone} shows minute ${minute} of the day.`);
}

/** The next full hour of the zone's clocks after `instant`. */
export function nextHour(instant: Date, timeZone: string): Date {
  const now = local(instant, timeZone);
  const hour = now.round({ smallestUnit: 'hour', roundingMode: 'floor' }).add({ hours: 1 });
  return new Date(hour.epochMilliseconds);
}

/** Whether a minute of the day lies in a span that may cross midnight. */
export function within(minute: number, from: number, to: number): boolean {
  const since = (minute - from + dayMinutes) % dayMinutes;
  return since < (to - from + dayMinutes) % dayMinutes;
}

function local(instant: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
}
