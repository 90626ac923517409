import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../platform/database/database.js';
import type { Lease, QueueItem } from '../item.js';
import { queuePolicy } from '../policy.js';

// The CTE is evaluated once: as a sub-select in WHERE it could be run again and lock more than the limit.
const claim = (due: string) => `
  WITH due AS (${due} FOR UPDATE SKIP LOCKED)
  UPDATE notification_queue_item AS item
     SET status = 'PROCESSING', lease_token = $2, lease_until = now() + make_interval(secs => $3)
    FROM due
   WHERE item.id = due.id
  RETURNING item.id, item.organization_id AS "organizationId", item.user_id AS "userId",
            item.event_type AS "eventType", item.channel, item.payload, item.priority, item.attempts,
            item.lost_leases AS "lostLeases", item.run_at AS "runAt", item.created_at AS "createdAt"`;

const claimReady = claim(`
    SELECT id FROM notification_queue_item
     WHERE status = 'PENDING' AND run_at <= now() AND lost_leases < ${queuePolicy.suspectAfterLostLeases}
     ORDER BY priority, run_at, id
     LIMIT $1`);

// Who lost most leases comes last: behind a poison item nobody waits who was merely near it.
const claimSuspect = claim(`
    SELECT id FROM notification_queue_item
     WHERE status = 'PENDING' AND run_at <= now() AND lost_leases >= ${queuePolicy.suspectAfterLostLeases}
     ORDER BY lost_leases, run_at, id
     LIMIT $1`);

async function lease(on: Queryable, text: string, limit: number, leaseSeconds: number): Promise<Lease[]> {
  const token = randomUUID();
  const items = await on.sql<QueueItem>(text, limit, token, leaseSeconds);
  return items.sort(inOrder).map((item) => ({ item, token }));
}

/** RETURNING keeps no order. */
function inOrder(a: QueueItem, b: QueueItem): number {
  return a.priority - b.priority || a.runAt.getTime() - b.runAt.getTime() || (a.id < b.id ? -1 : 1);
}

/** Leases up to `limit` items that are due, most urgent first; none that another worker is claiming. */
export function claimDue(on: Queryable, limit: number, leaseSeconds: number): Promise<Lease[]> {
  return lease(on, claimReady, limit, leaseSeconds);
}

/** Leases one item that has lost so many leases that it may be processed only alone; none if there is none. */
export function claimAlone(on: Queryable, leaseSeconds: number): Promise<Lease[]> {
  return lease(on, claimSuspect, 1, leaseSeconds);
}
