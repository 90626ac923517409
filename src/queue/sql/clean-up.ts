import type { Queryable } from '../../platform/database/database.js';
import { queuePolicy } from '../policy.js';

// By an array of ids, as in every removal of a batch: of a LIMIT that it does not know the planner expects a tenth of
// the table, and would read all of it to find them.
const cleanUp = `
  DELETE FROM notification_queue_item AS item
   WHERE item.id = ANY (ARRAY (
     SELECT id FROM notification_queue_item
      WHERE finished_at < now() - interval '${queuePolicy.retentionDays} days'
      ORDER BY finished_at
      LIMIT $1
        FOR UPDATE SKIP LOCKED))
  RETURNING item.id`;

/** Deletes one batch of items that were finished longer ago than they are kept, and gives their number. */
export async function cleanUpBatch(on: Queryable, limit: number = queuePolicy.sweepBatch): Promise<number> {
  return (await on.sql(cleanUp, limit)).length;
}
