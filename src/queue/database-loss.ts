import { isOutage, sqlFailure } from '../platform/database/failures.js';

/** A lock or a statement that took too long, and a transaction that found no connection or no time. */
const itemsOwnFault = new Set(['55P03', '57014', 'P2028']);
/** Any socket may say these, a mail server's too. */
const socketCode = /^E[A-Z_]+$/;

/**
 * Whether a handler failed only because our database went away. Stricter than `isOutage`: what the item itself may
 * cause has to cost an attempt, or it would be tried for ever.
 */
export function isDatabaseLoss(error: Error): boolean {
  if (!isOutage(error)) return false;
  const code = sqlFailure(error)?.state ?? (error as { readonly code?: unknown }).code;
  return typeof code !== 'string' || !(itemsOwnFault.has(code) || socketCode.test(code));
}
