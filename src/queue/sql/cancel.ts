import type { Queryable } from '../../platform/database/database.js';

const cancel = `
  UPDATE notification_queue_item
     SET status = 'CANCELLED', reason = $2::text, finished_at = clock_timestamp(),
         lease_token = NULL, lease_until = NULL
   WHERE id = $1::uuid AND finished_at IS NULL
  RETURNING id`;

/** Withdraws an unfinished item; a worker that has it loses its lease. False if it was finished already. */
export async function cancelItem(on: Queryable, id: string, reason: string): Promise<boolean> {
  return (await on.sql(cancel, id, reason)).length === 1;
}
