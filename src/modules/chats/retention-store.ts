import type { Queryable } from '../../platform/database/database.js';

/** For how many days each of these schools keeps messages; null is for ever. */
export async function findRetentions(
  on: Queryable,
  organizationIds: readonly string[],
): Promise<Map<string, number | null>> {
  const rows = await on.sql<{ id: string; days: number | null }>(
    'SELECT id, message_retention_days AS days FROM organization WHERE id = ANY ($1::uuid[])',
    organizationIds,
  );
  return new Map(rows.map(({ id, days }) => [id, days]));
}

/** Says for how many days a school keeps messages; gives what it was before, and null when that is the same. */
export async function saveRetention(
  on: Queryable,
  organizationId: string,
  days: number | null,
  now: Date,
): Promise<{ readonly before: number | null } | null> {
  const [row] = await on.sql<{ before: number | null }>(
    `WITH held AS (
       SELECT id, message_retention_days AS days FROM organization WHERE id = $1::uuid FOR NO KEY UPDATE
     )
     UPDATE organization o SET message_retention_days = $2::int, message_retention_set_at = $3::timestamptz
       FROM held WHERE o.id = held.id AND held.days IS DISTINCT FROM $2::int
     RETURNING held.days AS before`,
    organizationId,
    days,
    now,
  );
  return row ?? null;
}

/** A school that does not keep messages for ever. */
export interface ForgettingSchool {
  readonly organizationId: string;
  /** What was sent earlier is not kept. */
  readonly before: Date;
}

/** The schools whose messages are removed now: what was set later than `setBefore` does not count yet. */
export function findForgettingSchools(
  on: Queryable,
  now: Date,
  setBefore: Date,
): Promise<ForgettingSchool[]> {
  return on.sql(
    `SELECT id AS "organizationId", $1::timestamptz - make_interval(days => message_retention_days) AS before
       FROM organization WHERE message_retention_days IS NOT NULL AND message_retention_set_at <= $2::timestamptz`,
    now,
    setBefore,
  );
}

/** A room whose oldest message was looked at. */
export interface LookedAt {
  readonly roomId: string;
  readonly organizationId: string;
  /** Of the oldest message. */
  readonly sentAt: Date;
}

/**
 * The next rooms that have messages, in the order of their ids, with the time of the oldest: one step in the index of
 * rooms and sequences for each, however many messages they have and whatever kind they are of.
 */
export function lookAtRooms(on: Queryable, after: string, limit: number): Promise<LookedAt[]> {
  const next = (previous: string) => `
    SELECT m.room_id, m.organization_id, m.created_at FROM chat_message m
     WHERE m.room_id > ${previous} ORDER BY m.room_id, m.sequence LIMIT 1`;
  return on.sql(
    `WITH RECURSIVE room AS (
       SELECT first.*, 1 AS place FROM (${next('$1::uuid')}) first
       UNION ALL
       SELECT following.*, room.place + 1 FROM room CROSS JOIN LATERAL (${next('room.room_id')}) following
        WHERE room.place < $2::int
     )
     SELECT room_id AS "roomId", organization_id AS "organizationId", created_at AS "sentAt" FROM room ORDER BY place`,
    after,
    limit,
  );
}

/** A room with the time before which its messages are not kept. */
export interface ForgettingRoom extends ForgettingSchool {
  readonly roomId: string;
}

/**
 * Locks the oldest messages of rooms that are not kept any more, at most `limit`, and gives their ids; those that
 * somebody is changing are left for the next time. The times of a room's messages rise with their sequence, so no more
 * than `limit` of each are looked at.
 */
export async function holdForgotten(
  on: Queryable,
  rooms: readonly ForgettingRoom[],
  limit: number,
): Promise<string[]> {
  const rows = await on.sql<{ id: string }>(
    `SELECT m.id FROM chat_message m WHERE m.id = ANY (ARRAY(
       SELECT old.id FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS room (id, organization_id, before)
        CROSS JOIN LATERAL (
          SELECT oldest.id FROM (
            SELECT c.id, c.created_at FROM chat_message c
             WHERE c.room_id = room.id AND c.organization_id = room.organization_id
             ORDER BY c.sequence LIMIT $4::int) oldest
           WHERE oldest.created_at < room.before) old
        LIMIT $4::int))
     FOR UPDATE SKIP LOCKED`,
    rooms.map(({ roomId }) => roomId),
    rooms.map(({ organizationId }) => organizationId),
    rooms.map(({ before }) => before),
    limit,
  );
  return rows.map(({ id }) => id);
}

/** Removes messages that are held. Reactions and mentions go with them, and what answers them answers nothing any more. */
export async function removeMessages(on: Queryable, ids: readonly string[]): Promise<void> {
  await on.sql('DELETE FROM chat_message WHERE id = ANY ($1::uuid[])', ids);
}
