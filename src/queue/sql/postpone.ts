import type { Queryable } from '../../platform/database/database.js';
import type { Lease } from '../item.js';
import { queuePolicy } from '../policy.js';
import { whereHeld } from './held-items.js';

/** An item for later: at a time, or seconds from now by the database clock. */
export interface Deferral {
  readonly lease: Lease;
  readonly until: Date | null;
  readonly delaySeconds: number | null;
}

const defer = `
  UPDATE notification_queue_item AS item
     SET status = 'PENDING', lease_token = NULL, lease_until = NULL,
         run_at = greatest(
           coalesce(held.until, clock_timestamp() + make_interval(secs => held.delay)),
           clock_timestamp() + interval '${queuePolicy.minDeferSeconds} seconds')
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::float8[]) AS held (id, token, until, delay)
   WHERE item.id = held.id AND item.lease_token = held.token
  RETURNING item.id`;

/** Puts the items off without any cost and gives the ids of those whose lease was still held. */
export function deferItems(on: Queryable, deferrals: readonly Deferral[]): Promise<Set<string>> {
  return whereHeld(
    on,
    defer,
    deferrals.map(({ lease }) => lease),
    deferrals.map(({ until }) => until),
    deferrals.map(({ delaySeconds }) => delaySeconds),
  );
}

// A row that is locked is just being completed by its handler's own transaction: it is left to that.
const handBack = `
  WITH held AS (
    SELECT item.id
      FROM notification_queue_item AS item
      JOIN unnest($1::uuid[], $2::uuid[]) AS held (id, token)
        ON item.id = held.id AND item.lease_token = held.token
       FOR UPDATE OF item SKIP LOCKED)
  UPDATE notification_queue_item AS item
     SET status = 'PENDING', lease_token = NULL, lease_until = NULL
    FROM held
   WHERE item.id = held.id
  RETURNING item.id`;

/** Gives the leases up, so that any worker may claim the items at once; gives the ids of those still held. */
export function handBackItems(on: Queryable, leases: readonly Lease[]): Promise<Set<string>> {
  return whereHeld(on, handBack, leases);
}
