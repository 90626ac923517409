import type { Queryable } from '../../platform/database/database.js';

/** Unread messages are counted so far; more are told as this many. */
const countedAtMost = 100;

/** For each room the number of others' undeleted messages past the user's marker, at most 100: one statement. */
export async function countUnread(
  on: Queryable,
  organizationId: string,
  userId: string,
  roomIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await on.sql<{ id: string; unread: number }>(
    `SELECT room.id, unread.count::int AS unread
       FROM unnest($3::uuid[]) AS room (id)
       LEFT JOIN chat_read_marker k ON k.room_id = room.id AND k.user_id = $2::uuid
      CROSS JOIN LATERAL (
        SELECT count(*) FROM (
          SELECT FROM chat_message m
           WHERE m.room_id = room.id AND m.organization_id = $1::uuid AND m.sequence > coalesce(k.up_to_sequence, 0)
             AND m.author_id <> $2::uuid AND m.deleted_at IS NULL
           LIMIT ${countedAtMost}) AS counted) AS unread`,
    organizationId,
    userId,
    roomIds,
  );
  return new Map(rows.map(({ id, unread }) => [id, unread]));
}

/**
 * Moves the user's marker up, not beyond the end of the room's channel: what is sent later is unread. Gives where it
 * stands when it has moved, else null.
 */
export async function moveMarkerUp(
  on: Queryable,
  userId: string,
  roomId: string,
  channel: string,
  upToSequence: number,
): Promise<number | null> {
  const [row] = await on.sql<{ upToSequence: number }>(
    `INSERT INTO chat_read_marker AS k (user_id, room_id, up_to_sequence, updated_at)
     SELECT $1::uuid, $2::uuid, LEAST($4::int, c.last_seq)::int, now()
       FROM channel c WHERE c.id = $3::text AND LEAST($4::int, c.last_seq) > 0
     ON CONFLICT (user_id, room_id) DO UPDATE
       SET up_to_sequence = EXCLUDED.up_to_sequence, updated_at = EXCLUDED.updated_at
       WHERE k.up_to_sequence < EXCLUDED.up_to_sequence
     RETURNING up_to_sequence AS "upToSequence"`,
    userId,
    roomId,
    channel,
    upToSequence,
  );
  return row?.upToSequence ?? null;
}

/** Counts everything that is in the room now as read by the user; gives the end of its channel. */
export async function readAll(
  on: Queryable,
  userId: string,
  roomId: string,
  channel: string,
): Promise<number> {
  const [row] = await on.sql<{ seq: number }>(
    `WITH head AS (SELECT coalesce(max(last_seq), 0)::int AS seq FROM channel WHERE id = $3::text),
       marker AS (
         INSERT INTO chat_read_marker AS k (user_id, room_id, up_to_sequence)
         SELECT $1::uuid, $2::uuid, seq FROM head WHERE seq > 0
         ON CONFLICT (user_id, room_id) DO UPDATE
           SET up_to_sequence = GREATEST(k.up_to_sequence, EXCLUDED.up_to_sequence))
     SELECT seq FROM head`,
    userId,
    roomId,
    channel,
  );
  return row?.seq ?? 0;
}
