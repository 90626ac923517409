import type { Queryable } from '../../platform/database/database.js';
import { queuePolicy } from '../policy.js';

const cleanUp = `
  WITH old AS (
    SELECT id FROM notification_queue_item
     WHERE finished_at < now() - interval '${queuePolicy.retentionDays} days'
     ORDER BY finished_at
     LIMIT $1
       FOR UPDATE SKIP LOCKED)
  DELETE FROM notification_queue_item AS item USING old WHERE item.id = old.id
  RETURNING item.id`;

/** Deletes one batch of items that were finished longer ago than they are kept, and gives their number. */
export async function cleanUpBatch(on: Queryable, limit: number = queuePolicy.sweepBatch): Promise<number> {
  return (await on.sql(cleanUp, limit)).length;
}
