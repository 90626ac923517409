import type { Queryable } from '../../platform/database/database.js';

/** How a user is in a room. */
export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  readonly typing: boolean;
  readonly lastSeenAt: Date;
}

/** A user in a room of a school. */
export interface Place {
  readonly organizationId: string;
  readonly roomId: string;
  readonly userId: string;
}

/** Renews a node's lease, and clears away nodes whose lease has run out with what they said. */
export async function renewLease(on: Queryable, nodeId: string, seconds: number): Promise<void> {
  await on.sql(
    `WITH gone AS (DELETE FROM presence_node WHERE lease_until < now() AND id <> $1::uuid RETURNING id),
       said AS (DELETE FROM presence WHERE node_id IN (SELECT id FROM gone)),
       typed AS (DELETE FROM presence_typing WHERE until < now() - interval '1 minute')
     INSERT INTO presence_node (id, lease_until) VALUES ($1::uuid, now() + make_interval(secs => $2::int))
     ON CONFLICT (id) DO UPDATE SET lease_until = EXCLUDED.lease_until`,
    nodeId,
    seconds,
  );
}

/** Takes back everything a node has said. */
export async function endLease(on: Queryable, nodeId: string): Promise<void> {
  await on.sql(
    `WITH said AS (DELETE FROM presence WHERE node_id = $1::uuid) DELETE FROM presence_node WHERE id = $1::uuid`,
    nodeId,
  );
}

/** Says that a user is in a room, through this node. */
export async function enter(on: Queryable, nodeId: string, place: Place): Promise<void> {
  await on.sql(
    `INSERT INTO presence (node_id, room_id, user_id, organization_id, since)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, now()) ON CONFLICT DO NOTHING`,
    nodeId,
    place.roomId,
    place.userId,
    place.organizationId,
  );
}

/** Says that a user is not in a room through this node any more. */
export async function leave(on: Queryable, nodeId: string, { roomId, userId }: Place): Promise<void> {
  await on.sql(
    'DELETE FROM presence WHERE node_id = $1::uuid AND room_id = $2::uuid AND user_id = $3::uuid',
    nodeId,
    roomId,
    userId,
  );
}

/** Says that a user is typing for so many seconds more; 0 for not any more. */
export async function type(on: Queryable, place: Place, seconds: number): Promise<void> {
  await on.sql(
    `INSERT INTO presence_typing (room_id, user_id, organization_id, until)
     VALUES ($1::uuid, $2::uuid, $3::uuid, now() + make_interval(secs => $4::int))
     ON CONFLICT (room_id, user_id) DO UPDATE SET until = EXCLUDED.until`,
    place.roomId,
    place.userId,
    place.organizationId,
    seconds,
  );
}

/** Who is in these rooms now, on whichever living node: one statement. */
export async function readPresent(
  on: Queryable,
  roomIds: readonly string[],
): Promise<Map<string, Presence[]>> {
  const rows = await on.sql<{ roomId: string; userId: string; typing: boolean; now: Date }>(
    `SELECT p.room_id AS "roomId", p.user_id AS "userId", now() AS now, coalesce(bool_or(t.until > now()), false) AS typing
       FROM presence p
       JOIN presence_node n ON n.id = p.node_id AND n.lease_until > now()
       LEFT JOIN presence_typing t ON t.room_id = p.room_id AND t.user_id = p.user_id
      WHERE p.room_id = ANY ($1::uuid[])
      GROUP BY p.room_id, p.user_id ORDER BY p.room_id, p.user_id`,
    roomIds,
  );
  const rooms = new Map<string, Presence[]>(roomIds.map((id) => [id, []]));
  for (const { roomId, userId, typing, now } of rows)
    rooms.get(roomId)?.push({ userId, online: true, typing, lastSeenAt: now });
  return rooms;
}
