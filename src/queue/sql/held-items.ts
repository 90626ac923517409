import type { Queryable } from '../../platform/database/database.js';
import type { Lease } from '../item.js';

/**
 * Runs a statement whose $1 and $2 are the ids and tokens of the leases and which returns the ids that it found
 * still leased with that token. A result that comes after the lease was lost thus changes nothing.
 */
export async function whereHeld(
  on: Queryable,
  text: string,
  leases: readonly Lease[],
  ...values: unknown[]
): Promise<Set<string>> {
  const ids = leases.map(({ item }) => item.id);
  const tokens = leases.map(({ token }) => token);
  const rows = await on.sql<{ id: string }>(text, uuidArray(ids), uuidArray(tokens), ...values);
  return new Set(rows.map(({ id }) => id));
}

/** UUIDs as PostgreSQL reads an array: none needs a quote, for which the driver would look into each. */
export function uuidArray(uuids: readonly string[]): string {
  return `{${uuids.join(',')}}`;
}
