import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { id, idempotencyKey, integer, refuse, rule, text } from '../../graphql/input.js';
import { isTimeZone } from '../../platform/time/zones.js';
import { instant } from '../lessons/arguments.js';
import { target, title } from '../lessons/inputs.js';

/** A local date and time in whole minutes: `2026-03-29T10:15`. */
const localTime = z.string().transform((value, context) => {
  const refused = () => refuse(context, { rule: 'LOCAL_TIME' });
  if (!/^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d(:00)?$/.test(value)) return refused();
  try {
    return Temporal.PlainDateTime.from(value, { overflow: 'reject' });
  } catch {
    return refused();
  }
});

const scope = z
  .enum(['THIS', 'THIS_AND_FOLLOWING', 'ALL'])
  .nullish()
  .transform((value) => value ?? 'THIS');

export const seriesArgs = z.object({
  input: z.object({
    studentId: id('user'),
    title,
    localStart: localTime,
    timeZone: z.string().refine(isTimeZone, rule({ rule: 'TIME_ZONE' })),
    durationMinutes: integer(5, 480),
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
