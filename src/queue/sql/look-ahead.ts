import type { Queryable } from '../../platform/database/database.js';
import { queuePolicy } from '../policy.js';

const lookAhead = `
  SELECT (SELECT extract(epoch FROM run_at - now())::float8
            FROM notification_queue_item
           WHERE status = 'PENDING' AND run_at > now() AND run_at <= now() + make_interval(secs => $1)
           ORDER BY run_at
           LIMIT 1) AS "nextSeconds",
         EXISTS (SELECT 1 FROM notification_queue_item
                  WHERE status = 'PENDING' AND run_at <= now()
                    AND lost_leases >= ${queuePolicy.suspectAfterLostLeases}) AS "suspectDue"`;

/** What comes next for a worker that finds nothing to claim. */
export interface Ahead {
  /** Seconds until the next item is due; null if that is after the horizon. */
  readonly nextSeconds: number | null;
  /** Whether an item is due that may be processed only alone. */
  readonly suspectDue: boolean;
}

/** Looks at what will be due within the next `horizonSeconds`. */
export async function lookAheadFor(on: Queryable, horizonSeconds: number): Promise<Ahead> {
  const [ahead] = await on.sql<Ahead>(lookAhead, horizonSeconds);
  return ahead ?? { nextSeconds: null, suspectDue: false };
}
