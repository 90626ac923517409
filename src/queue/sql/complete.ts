import type { Queryable } from '../../platform/database/database.js';
import type { Lease } from '../item.js';
import { whereHeld } from './held-items.js';

// `= ANY` keeps the planner on the primary key, where a join alone would read the whole table. It gives the few that
// were lost, so that the many need not be sent back.
const completeMany = `
  WITH completed AS (
    UPDATE notification_queue_item AS item
       SET status = 'COMPLETED', finished_at = clock_timestamp(), lease_token = NULL, lease_until = NULL
     WHERE item.id = ANY ($1::uuid[])
       AND (item.id, item.lease_token) IN (SELECT id, token FROM unnest($1::uuid[], $2::uuid[]) AS held (id, token))
    RETURNING item.id)
  SELECT given.id FROM unnest($1::uuid[]) AS given (id) WHERE given.id NOT IN (SELECT id FROM completed)`;

/** Completes the items in one statement and gives the ids of those whose lease was still held. */
export async function completeItems(on: Queryable, leases: readonly Lease[]): Promise<Set<string>> {
  const lost = await whereHeld(on, completeMany, leases);
  const held = new Set(leases.map(({ item }) => item.id));
  for (const id of lost) held.delete(id);
  return held;
}

const completeOne = `
  UPDATE notification_queue_item
     SET status = 'COMPLETED', finished_at = clock_timestamp(), lease_token = NULL, lease_until = NULL
   WHERE id = $1::uuid AND lease_token = $2::uuid
  RETURNING id`;

/** Completes one item, as part of a transaction if `on` is one; false if the lease was lost. */
export async function completeItem(on: Queryable, { item, token }: Lease): Promise<boolean> {
  return (await on.sql(completeOne, item.id, token)).length === 1;
}
