import type { Queryable } from '../../platform/database/database.js';

// Within the index of what is ready, however many items were finished.
const depth = `
  SELECT count(*)::int AS due, coalesce(max(extract(epoch FROM now() - run_at)), 0)::float8 AS "oldestSeconds"
    FROM notification_queue_item
   WHERE status = 'PENDING' AND run_at <= now()`;

/** What waits for a worker. */
export interface QueueDepth {
  /** Items that are due. */
  readonly due: number;
  /** For how long the oldest of them has been; 0 when there is none. */
  readonly oldestSeconds: number;
}

/** Counts what is due: cheaper than the statistics, for whoever asks often. */
export async function readDepth(on: Queryable): Promise<QueueDepth> {
  const [row] = await on.sql<QueueDepth>(depth);
  return row ?? { due: 0, oldestSeconds: 0 };
}

const backlog = `
  SELECT due.count AS due, due.oldest AS "oldestSeconds", failed.count AS "deadLetters"
    FROM (SELECT count(*)::int AS count, coalesce(max(extract(epoch FROM now() - run_at)), 0)::float8 AS oldest
            FROM notification_queue_item WHERE status = 'PENDING' AND run_at <= now()) AS due,
         (SELECT count(*)::int AS count FROM notification_queue_item WHERE status = 'FAILED') AS failed`;

/** What waits for a worker, and what waits for an operator. */
export interface Backlog extends QueueDepth {
  readonly deadLetters: number;
}

/** Counts what is due and what was given up, within their two partial indexes. */
export async function readBacklog(on: Queryable): Promise<Backlog> {
  const [row] = await on.sql<Backlog>(backlog);
  return row ?? { due: 0, oldestSeconds: 0, deadLetters: 0 };
}
