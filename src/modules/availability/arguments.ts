import { z } from 'zod';
import { id, integer, list, refuse, rule } from '../../graphql/input.js';
import type { FieldProblem } from '../../shared/errors.js';
import { type DayPart, minutesPerDay, parseMinute } from './availability.js';

const maxWindows = 100;
const maxExceptions = 400;
const maxSearchDays = 62;
const day = 86_400_000;

/** A local time, as minutes after midnight. */
const time = z
  .string()
  .transform((value, context) => parseMinute(value) ?? refuse(context, { rule: 'TIME_TO_MIDNIGHT' }));

const window = z
  .object({
    weekday: z.int().refine((day) => day >= 1 && day <= 7, rule({ rule: 'WEEKDAY' })),
    from: time,
    to: time,
  })
  .refine(({ from, to }) => from < to, rule({ rule: 'AFTER', other: 'from' }, 'to'))
  .transform(({ weekday, from, to }) => ({ weekday, fromMinute: from, toMinute: to }));

const exception = z
  .object({ date: z.string(), from: time.nullish(), to: time.nullish(), available: z.boolean() })
  .superRefine(({ from, to }, context) => {
    if (from == null && to != null) refuse(context, { rule: 'COMES_WITH', other: 'to' }, 'from');
    else if (to == null && from != null) refuse(context, { rule: 'COMES_WITH', other: 'from' }, 'to');
    else if (from != null && to != null && from >= to)
      refuse(context, { rule: 'AFTER', other: 'from' }, 'to');
  })
  .transform(({ date, from, to, available }) => ({
    date,
    fromMinute: from ?? 0,
    toMinute: to ?? minutesPerDay,
    available,
  }));

/** Refuses parts of one day that overlap, at the later one in the list. */
function apart<Part extends DayPart>(dayOf: (part: Part) => string, problem: FieldProblem) {
  return (parts: Part[], context: z.RefinementCtx) => {
    const seen = new Map<string, Part[]>();
    parts.forEach((part, index) => {
      const others = seen.get(dayOf(part)) ?? [];
      if (others.some((other) => other.fromMinute < part.toMinute && part.fromMinute < other.toMinute))
        refuse(context, problem, index);
      seen.set(dayOf(part), [...others, part]);
    });
  };
}

export const setAvailabilityArgs = z.object({
  input: z.object({
    windows: list(window, 0, maxWindows).superRefine(
      apart(({ weekday }) => String(weekday), { rule: 'OVERLAPS_WINDOW' }),
    ),
    exceptions: list(exception, 0, maxExceptions)
      .superRefine(apart(({ date, available }) => `${date} ${available}`, { rule: 'OVERLAPS_EXCEPTION' }))
      .nullish()
      .transform((value) => value ?? null),
  }),
});

export const availabilityArgs = z.object({ tutorId: id('user') });

const instant = z.date().refine(
  (date) => {
    const year = date.getUTCFullYear();
    return year >= 1 && year <= 9998;
  },
  rule({ rule: 'YEARS', min: 1, max: 9998 }),
);

export const freeSlotsArgs = z
  .object({
    tutorId: id('user'),
    from: instant,
    to: instant,
    durationMinutes: integer(5, 480),
  })
  .superRefine(({ from, to }, context) => {
    if (to <= from) refuse(context, { rule: 'AFTER', other: 'from' }, 'to');
    else if (to.getTime() - from.getTime() > maxSearchDays * day)
      refuse(context, { rule: 'DAYS_AFTER', max: maxSearchDays, other: 'from' }, 'to');
  });
