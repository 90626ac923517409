import type { Queryable } from '../../platform/database/database.js';

/**
 * Forgets up to `limit` operations that are older than the 7 days for which the events of a board are kept, and with
 * them what they replaced or removed, which nobody can bring back any more; gives how many operations.
 */
export async function removeExpiredOperations(on: Queryable, limit: number): Promise<number> {
  const [row] = await on.sql<{ count: number }>(
    `WITH old AS (
       SELECT board_id, revision FROM board_operation
        WHERE created_at < now() - interval '7 days' ORDER BY created_at LIMIT $1::int
     ), gone AS (
       DELETE FROM board_operation o USING old WHERE o.board_id = old.board_id AND o.revision = old.revision
       RETURNING o.board_id, o.revision
     ), ended AS (
       DELETE FROM board_element e USING gone WHERE e.board_id = gone.board_id AND e.ended_revision = gone.revision
     )
     SELECT count(*)::int AS count FROM gone`,
    limit,
  );
  return row?.count ?? 0;
}
