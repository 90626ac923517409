import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../platform/database/database.js';
import type { Lease, QueueItem } from '../item.js';
import { queuePolicy } from '../policy.js';

const ready = `status = 'PENDING' AND run_at <= now() AND lost_leases < ${queuePolicy.suspectAfterLostLeases}`;

// The CTE `due` is evaluated once: as a sub-select in WHERE it could be run again and lock more than the limit. By
// their place in the table, since the planner would read all of it to find so many ids; they are locked and stay there.
// A claim need not survive a crash of the database: what it had taken is PENDING again then, and a completion that
// did survive was written after it. So it does not wait for the disk.
const claim = (due: string, more = '') => `
  WITH RECURSIVE relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
  ${due}
  UPDATE notification_queue_item AS item
     SET status = 'PROCESSING', lease_token = $2, lease_until = now() + make_interval(secs => $3)
    FROM relaxed
   WHERE item.ctid = ANY (ARRAY (SELECT place FROM due))
  RETURNING item.id, item.organization_id AS "organizationId", item.user_id AS "userId",
            item.event_type AS "eventType", item.channel, item.payload, item.priority, item.attempts,
            item.lost_leases AS "lostLeases", item.run_at AS "runAt", item.created_at AS "createdAt", item.cause${more}`;

const claimReady = claim(`due AS MATERIALIZED (
    SELECT ctid AS place FROM notification_queue_item
     WHERE ${ready}
     ORDER BY priority, run_at, id
     LIMIT $1
       FOR UPDATE SKIP LOCKED)`);

// Who lost most leases comes last: behind a poison item nobody waits who was merely near it.
const claimSuspect = claim(`due AS MATERIALIZED (
    SELECT ctid AS place FROM notification_queue_item
     WHERE status = 'PENDING' AND run_at <= now() AND lost_leases >= ${queuePolicy.suspectAfterLostLeases}
     ORDER BY lost_leases, run_at, id
     LIMIT $1
       FOR UPDATE SKIP LOCKED)`);

// Walks the schools that have anything pending at the most urgent priority that is due, a step on the index for each,
// and takes the same share from each. What they leave over goes to whoever is next in the plain order. The two
// inequalities say `=` in a way that leaves the planner no other index than that of the schools.
const claimTurn = claim(
  `level AS MATERIALIZED (
    SELECT priority FROM notification_queue_item WHERE ${ready} ORDER BY priority, run_at, id LIMIT 1),
  school (id, turn) AS (
    (SELECT organization_id, 1 FROM notification_queue_item
      WHERE status = 'PENDING' AND priority = (SELECT priority FROM level) AND organization_id > $4
      ORDER BY organization_id LIMIT 1)
    UNION ALL
    SELECT following.id, school.turn + 1
      FROM school
     CROSS JOIN LATERAL (
       SELECT organization_id AS id FROM notification_queue_item
        WHERE status = 'PENDING' AND priority = (SELECT priority FROM level) AND organization_id > school.id
        ORDER BY organization_id LIMIT 1) AS following
     WHERE school.turn < $1),
  fair AS MATERIALIZED (
    SELECT share.place
      FROM school
     CROSS JOIN LATERAL (
       SELECT ctid AS place FROM notification_queue_item
        WHERE ${ready} AND priority = (SELECT priority FROM level)
          AND organization_id >= school.id AND organization_id <= school.id
        ORDER BY organization_id, run_at, id
        LIMIT ceil($1::float8 / (SELECT count(*) FROM school))
          FOR UPDATE SKIP LOCKED) AS share
     LIMIT $1),
  rest AS MATERIALIZED (
    SELECT ctid AS place FROM notification_queue_item
     WHERE ${ready} AND ctid NOT IN (SELECT place FROM fair)
     ORDER BY priority, run_at, id
     LIMIT greatest(0, $1 - (SELECT count(*) FROM fair))
       FOR UPDATE SKIP LOCKED),
  due AS (SELECT place FROM fair UNION ALL SELECT place FROM rest)`,
  ', (SELECT id FROM school ORDER BY turn DESC LIMIT 1) AS "lastSchool"',
);

/** Before every school. */
const noSchool = '00000000-0000-0000-0000-000000000000';

/** What a turn of the schools has claimed. */
export interface Turn {
  readonly leases: Lease[];
  /** The school at which it ended: the next turn starts after it. */
  readonly lastSchool: string;
}

function leasesOf(items: QueueItem[], token: string): Lease[] {
  return items.sort(inOrder).map((item) => ({ item, token }));
}

/** RETURNING keeps no order. */
function inOrder(a: QueueItem, b: QueueItem): number {
  return a.priority - b.priority || a.runAt.getTime() - b.runAt.getTime() || (a.id < b.id ? -1 : 1);
}

/** Leases up to `limit` items that are due, most urgent first; none that another worker is claiming. */
export async function claimDue(on: Queryable, limit: number, leaseSeconds: number): Promise<Lease[]> {
  const token = randomUUID();
  return leasesOf(await on.sql<QueueItem>(claimReady, limit, token, leaseSeconds), token);
}

/**
 * The same when there is more than one claim can take: within the most urgent priority the next schools after
 * `afterSchool` (null: the first ones) get equal shares, so that nobody waits for the end of another's backlog.
 */
export async function claimInTurn(
  on: Queryable,
  limit: number,
  leaseSeconds: number,
  afterSchool: string | null,
): Promise<Turn> {
  const token = randomUUID();
  type Row = QueueItem & { lastSchool?: string | null };
  const rows = await on.sql<Row>(claimTurn, limit, token, leaseSeconds, afterSchool ?? noSchool);
  // No school comes after the last one: the turn starts again.
  const lastSchool = rows[0]?.lastSchool ?? noSchool;
  for (const row of rows) delete row.lastSchool;
  return { leases: leasesOf(rows, token), lastSchool };
}

/** Leases one item that has lost so many leases that it may be processed only alone; none if there is none. */
export async function claimAlone(on: Queryable, leaseSeconds: number): Promise<Lease[]> {
  const token = randomUUID();
  return leasesOf(await on.sql<QueueItem>(claimSuspect, 1, token, leaseSeconds), token);
}
