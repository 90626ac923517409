import { z } from 'zod';
import type { Context } from '../../graphql/context.js';

/** An address as it is stored: in lower case. */
export const emailArg = z
  .string()
  .max(254)
  .transform((value) => value.toLowerCase());

/** What the device says of itself, cut to what is worth keeping. */
export function userAgentOf(context: Context): string | null {
  return context.caller.userAgent?.replace(/\p{Cc}/gu, ' ').slice(0, 300) ?? null;
}
