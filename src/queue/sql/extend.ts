import type { Queryable } from '../../platform/database/database.js';
import type { Lease } from '../item.js';
import { whereHeld } from './held-items.js';

// A row that is locked is just being settled: waiting for it would let all the other leases run out.
const extend = `
  WITH held AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS held (id, token)),
  free AS (
    SELECT item.id
      FROM notification_queue_item AS item
      JOIN held ON item.id = held.id AND item.lease_token = held.token
       FOR UPDATE OF item SKIP LOCKED),
  extended AS (
    UPDATE notification_queue_item AS item
       SET lease_until = clock_timestamp() + make_interval(secs => $3)
      FROM free
     WHERE item.id = free.id)
  SELECT held.id
    FROM held
   WHERE NOT EXISTS (SELECT 1 FROM notification_queue_item AS item
                      WHERE item.id = held.id AND item.lease_token = held.token)`;

/** The heartbeat: extends the leases to `leaseSeconds` from now and gives the ids of the items that were lost. */
export function extendLeases(
  on: Queryable,
  leases: readonly Lease[],
  leaseSeconds: number,
): Promise<Set<string>> {
  return whereHeld(on, extend, leases, leaseSeconds);
}
