import type { QueueStatus } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import { type QueueStats, statNames } from '../states.js';

const count = `
  SELECT status, count(*)::int AS items,
         max(extract(epoch FROM now() - run_at)) FILTER (WHERE status = 'PENDING')::float8 AS waiting
    FROM notification_queue_item
   WHERE $1::uuid IS NULL OR organization_id = $1::uuid
   GROUP BY status`;

interface Row {
  readonly status: QueueStatus;
  readonly items: number;
  readonly waiting: number | null;
}

/** Counts the items of a school, or of all when null, in each state and says for how long the oldest has been due. */
export async function readStats(on: Queryable, organizationId: string | null): Promise<QueueStats> {
  const stats = { pending: 0, processing: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 };
  let oldestPendingSeconds = 0;
  for (const { status, items, waiting } of await on.sql<Row>(count, organizationId)) {
    stats[statNames[status]] = items;
    // Negative when the earliest is due in the future.
    oldestPendingSeconds = Math.max(oldestPendingSeconds, waiting ?? 0);
  }
  return { ...stats, oldestPendingSeconds };
}
