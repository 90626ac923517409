import type { Queryable } from '../../platform/database/database.js';
import type { Lease } from '../item.js';
import { queuePolicy } from '../policy.js';
import { whereHeld } from './held-items.js';

const dead = `item.unknown_since < clock_timestamp() - interval '${queuePolicy.unknownHours} hours'`;
const postpone = `
  UPDATE notification_queue_item AS item
     SET unknown_since = coalesce(item.unknown_since, clock_timestamp()),
         status = CASE WHEN ${dead} THEN 'FAILED' ELSE 'PENDING' END::queue_status,
         finished_at = CASE WHEN ${dead} THEN clock_timestamp() END,
         errors = CASE WHEN ${dead} THEN item.errors || jsonb_build_object(
           'at', clock_timestamp(), 'message', held.message) ELSE item.errors END,
         run_at = CASE WHEN ${dead} THEN item.run_at
                  ELSE clock_timestamp() + interval '${queuePolicy.unknownSeconds} seconds' END,
         lease_token = NULL, lease_until = NULL
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS held (id, token, message)
   WHERE item.id = held.id AND item.lease_token = held.token
  RETURNING item.id`;

/**
 * Leaves items that this release cannot handle to a worker of a newer one: no attempt is lost. Those that no worker
 * could handle for hours become FAILED. Gives the ids of those whose lease was still held.
 */
export function postponeUnknown(
  on: Queryable,
  leases: readonly Lease[],
  messages: readonly string[],
): Promise<Set<string>> {
  return whereHeld(on, postpone, leases, messages);
}
