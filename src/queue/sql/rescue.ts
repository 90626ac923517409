import type { Queryable } from '../../platform/database/database.js';
import { queuePolicy } from '../policy.js';

const limit = queuePolicy.suspectAfterLostLeases + queuePolicy.lostLeasesAlone;

// It keeps its run_at and thereby its place. Locked rows are being settled at this moment.
const rescue = `
  WITH expired AS (
    SELECT id, lost_leases + 1 >= ${limit} AS dead
      FROM notification_queue_item
     WHERE status = 'PROCESSING' AND lease_until < now()
     ORDER BY lease_until
     LIMIT ${queuePolicy.sweepBatch}
       FOR UPDATE SKIP LOCKED)
  UPDATE notification_queue_item AS item
     SET lost_leases = item.lost_leases + 1,
         status = CASE WHEN dead THEN 'FAILED' ELSE 'PENDING' END::queue_status,
         finished_at = CASE WHEN dead THEN clock_timestamp() END,
         errors = CASE WHEN dead THEN item.errors || jsonb_build_object(
           'at', clock_timestamp(),
           'message', 'Given up: ' || ${limit} || ' workers died or hung while they processed it.')
           ELSE item.errors END,
         lease_token = NULL, lease_until = NULL
    FROM expired
   WHERE item.id = expired.id
  RETURNING item.id, dead`;

/** What a sweep found: items that are pending again, and items that were given up. */
export interface Rescued {
  readonly pending: number;
  readonly failed: number;
}

/**
 * Takes expired leases from workers that are dead or hang. It costs no attempt; an item that has lost too many
 * leases while it was processed alone becomes FAILED.
 */
export async function rescueExpired(on: Queryable): Promise<Rescued> {
  const rows = await on.sql<{ dead: boolean }>(rescue);
  const failed = rows.filter(({ dead }) => dead).length;
  return { pending: rows.length - failed, failed };
}
