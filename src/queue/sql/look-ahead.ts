import type { Queryable } from '../../platform/database/database.js';
import { queuePolicy } from '../policy.js';

// One step on the index of what is ready for each priority, however many items lie in the future. What has become
// due since the claim counts as well, or it would wait for the whole interval.
const lookAhead = `
  WITH RECURSIVE level (priority) AS (
    SELECT min(priority) FROM notification_queue_item WHERE status = 'PENDING'
    UNION ALL
    SELECT (SELECT min(priority) FROM notification_queue_item AS item
             WHERE status = 'PENDING' AND item.priority > level.priority)
      FROM level
     WHERE priority IS NOT NULL)
  SELECT (SELECT extract(epoch FROM min(first.run_at) - now())::float8
            FROM level
           CROSS JOIN LATERAL (
             SELECT run_at FROM notification_queue_item AS item
              WHERE status = 'PENDING' AND item.priority = level.priority
                AND (run_at > now() OR lost_leases < ${queuePolicy.suspectAfterLostLeases})
              ORDER BY run_at
              LIMIT 1) AS first
           WHERE first.run_at <= now() + make_interval(secs => $1)) AS "nextSeconds",
         EXISTS (SELECT 1 FROM notification_queue_item
                  WHERE status = 'PENDING' AND run_at <= now()
                    AND lost_leases >= ${queuePolicy.suspectAfterLostLeases}) AS "suspectDue"`;

/** What comes next for a worker that finds nothing to claim. */
export interface Ahead {
  /** Seconds until the next item is due, negative if it is due already; null if that is after the horizon. */
  readonly nextSeconds: number | null;
  /** Whether an item is due that may be processed only alone. */
  readonly suspectDue: boolean;
}

/** Looks at what will be due within the next `horizonSeconds`. */
export async function lookAheadFor(on: Queryable, horizonSeconds: number): Promise<Ahead> {
  const [ahead] = await on.sql<Ahead>(lookAhead, horizonSeconds);
  return ahead ?? { nextSeconds: null, suspectDue: false };
}
