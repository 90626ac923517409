import type { Queryable } from '../platform/database/database.js';
import { isOutage, sqlFailure } from '../platform/database/failures.js';

/** A lock or a statement that took too long, and a transaction that found no connection or no time. */
const itemsOwnFault = new Set(['55P03', '57014', 'P2028']);
/** Any socket may say these, a mail server's too. */
const socketCode = /^E[A-Z_]+$/;

/**
 * Whether a handler failed only because our database went away. What the item itself or a foreign server may have
 * caused counts only while the database does not answer; otherwise it has to cost an attempt, or the item would be
 * tried for ever.
 */
export async function isDatabaseLoss(on: Queryable, error: Error): Promise<boolean> {
  if (!isOutage(error)) return false;
  const code = sqlFailure(error)?.state ?? (error as { readonly code?: unknown }).code;
  if (typeof code !== 'string' || !(itemsOwnFault.has(code) || socketCode.test(code))) return true;
  return on.sql('SELECT 1').then(
    () => false,
    (failure: unknown) => isOutage(failure),
  );
}
