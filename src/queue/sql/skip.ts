import type { Queryable } from '../../platform/database/database.js';
import type { Lease } from '../item.js';
import { whereHeld } from './held-items.js';

const skipMany = `
  UPDATE notification_queue_item AS item
     SET status = 'SKIPPED', reason = held.reason, finished_at = clock_timestamp(),
         lease_token = NULL, lease_until = NULL
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS held (id, token, reason)
   WHERE item.id = held.id AND item.lease_token = held.token
  RETURNING item.id`;

/** Skips the items, each for its reason, and gives the ids of those whose lease was still held. */
export function skipItems(
  on: Queryable,
  leases: readonly Lease[],
  reasons: readonly string[],
): Promise<Set<string>> {
  return whereHeld(on, skipMany, leases, reasons);
}

const skipOne = `
  UPDATE notification_queue_item
     SET status = 'SKIPPED', reason = $3::text, finished_at = clock_timestamp(),
         lease_token = NULL, lease_until = NULL
   WHERE id = $1::uuid AND lease_token = $2::uuid
  RETURNING id`;

/** Skips one item, as part of a transaction if `on` is one; false if the lease was lost. */
export async function skipItem(on: Queryable, { item, token }: Lease, reason: string): Promise<boolean> {
  return (await on.sql(skipOne, item.id, token, reason)).length === 1;
}
