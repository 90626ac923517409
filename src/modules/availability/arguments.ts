import { z } from 'zod';
import { id } from '../../graphql/input.js';
import { type DayPart, minutesPerDay, parseMinute } from './availability.js';

const maxWindows = 100;
const maxExceptions = 400;
const maxSearchDays = 62;
const day = 86_400_000;

/** A local time, as minutes after midnight. */
const time = z.string().transform((value, context) => {
  const minute = parseMinute(value);
  if (minute !== null) return minute;
  context.addIssue({ code: 'custom', message: 'must be a time from 00:00 to 24:00, as HH:MM' });
  return z.NEVER;
});

const window = z
  .object({
    weekday: z.int().min(1, 'must be 1 (Monday) to 7').max(7, 'must be 1 (Monday) to 7'),
    from: time,
    to: time,
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' })
  .transform(({ weekday, from, to }) => ({ weekday, fromMinute: from, toMinute: to }));

const exception = z
  .object({ date: z.string(), from: time.nullish(), to: time.nullish(), available: z.boolean() })
  .superRefine(({ from, to }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (from == null && to != null) refuse('from', 'must come with to');
    else if (to == null && from != null) refuse('to', 'must come with from');
    else if (from != null && to != null && from >= to) refuse('to', 'must be after from');
  })
  .transform(({ date, from, to, available }) => ({
    date,
    fromMinute: from ?? 0,
    toMinute: to ?? minutesPerDay,
    available,
  }));

/** Refuses parts of one day that overlap, at the later one in the list. */
function apart<Part extends DayPart>(dayOf: (part: Part) => string, message: string) {
  return (parts: Part[], context: z.RefinementCtx) => {
    const seen = new Map<string, Part[]>();
    parts.forEach((part, index) => {
      const others = seen.get(dayOf(part)) ?? [];
      if (others.some((other) => other.fromMinute < part.toMinute && part.fromMinute < other.toMinute))
        context.addIssue({ code: 'custom', path: [index], message });
      seen.set(dayOf(part), [...others, part]);
    });
  };
}

export const setAvailabilityArgs = z.object({
  input: z.object({
    windows: z
      .array(window)
      .max(maxWindows, `must not be more than ${maxWindows}`)
      .superRefine(apart(({ weekday }) => String(weekday), 'overlaps another window of this weekday')),
    exceptions: z
      .array(exception)
      .max(maxExceptions, `must not be more than ${maxExceptions}`)
      .superRefine(
        apart(({ date, available }) => `${date} ${available}`, 'overlaps another exception of this date'),
      )
      .nullish()
      .transform((value) => value ?? null),
  }),
});

export const availabilityArgs = z.object({ tutorId: id('user') });

const instant = z.date().refine((date) => {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9998;
}, 'must be within the years 1 to 9998');

export const freeSlotsArgs = z
  .object({
    tutorId: id('user'),
    from: instant,
    to: instant,
    durationMinutes: z.int().min(5, 'must be 5 to 480').max(480, 'must be 5 to 480'),
  })
  .superRefine(({ from, to }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['to'], message });
    if (to <= from) refuse('must be after from');
    else if (to.getTime() - from.getTime() > maxSearchDays * day)
      refuse(`must be at most ${maxSearchDays} days after from`);
  });
