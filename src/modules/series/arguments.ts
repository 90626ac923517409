import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { id, idempotencyKey, text } from '../../graphql/input.js';
import { isTimeZone } from '../../platform/time/zones.js';
import { instant } from '../lessons/arguments.js';
import { target, title } from '../lessons/inputs.js';

/** A local date and time in whole minutes: `2026-03-29T10:15`. */
const localTime = z.string().transform((value, context) => {
  const refuse = () => {
    context.addIssue({ code: 'custom', message: 'must be a local date and time, as YYYY-MM-DDTHH:MM' });
    return z.NEVER;
  };
  if (!/^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d(:00)?$/.test(value)) return refuse();
  try {
    return Temporal.PlainDateTime.from(value, { overflow: 'reject' });
  } catch {
    return refuse();
  }
});

const duration = 'must be 5 to 480';
const scope = z
  .enum(['THIS', 'THIS_AND_FOLLOWING', 'ALL'])
  .nullish()
  .transform((value) => value ?? 'THIS');

export const seriesArgs = z.object({
  input: z.object({
    studentId: id('user'),
    title,
    localStart: localTime,
    timeZone: z.string().refine(isTimeZone, 'must be the name of a time zone, such as Europe/Kyiv'),
    durationMinutes: z.int().min(5, duration).max(480, duration),
    rrule: text(1, 500),
    skipConflicts: z
      .boolean()
      .nullish()
      .transform((value) => value ?? false),
    idempotencyKey,
  }),
});

export const rescheduleArgs = z.object({
  input: z.object({ ...target, startsAt: instant, endsAt: instant, scope }),
});

export const cancelArgs = z.object({
  input: z.object({ ...target, reason: text(1, 1_000).nullish(), scope }),
});
