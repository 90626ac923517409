import { z } from 'zod';
import type { Caller, Context } from '../../graphql/context.js';

/** An address as it is stored: in lower case. */
export const emailArg = z
  .string()
  .max(254)
  .transform((value) => value.toLowerCase());

/** What the device says of itself, cut to what is worth keeping. */
export function userAgentOf(context: Context): string | null {
  return context.caller.userAgent?.replace(/\p{Cc}/gu, ' ').slice(0, 300) ?? null;
}

/** Who asks, with what the device says of itself cut as above. */
export function callerOf(context: Context): Caller {
  return { ...context.caller, userAgent: userAgentOf(context) };
}
