import type { Queryable } from '../platform/database/database.js';
import type { Cursor } from './cursor.js';
import type { ChannelEvent } from './events.js';

/** A row of `channel_event` as our statements select it. */
export interface EventRow {
  channel: string;
  seq: number;
  tag: string;
  kind: string;
  actor_id: string | null;
  payload: Record<string, unknown>;
  occurred_at: Date;
  cause: string | null;
}

export function toEvent(row: EventRow): ChannelEvent {
  return {
    channel: row.channel,
    seq: Number(row.seq),
    tag: row.tag,
    kind: row.kind,
    actorId: row.actor_id,
    payload: row.payload,
    occurredAt: row.occurred_at,
    cause: row.cause,
  };
}

/** Events from `fromSeq` on, in order, `limit` at most. */
export async function readEvents(
  on: Queryable,
  channel: string,
  fromSeq: number,
  limit: number,
): Promise<ChannelEvent[]> {
  const rows = await on.sql<EventRow>(
    `SELECT channel, seq::float8 AS seq, tag::text AS tag, kind, actor_id::text AS actor_id, payload, occurred_at, cause
     FROM channel_event WHERE channel = $1 AND seq >= $2 ORDER BY seq LIMIT $3`,
    channel,
    fromSeq,
    limit,
  );
  return rows.map(toEvent);
}

/** The present end of each channel; a channel that nothing was appended to ends at 0. */
export async function readHeads(on: Queryable, channels: readonly string[]): Promise<Map<string, Cursor>> {
  const rows = await on.sql<{ id: string; last_seq: number; last_tag: string }>(
    'SELECT id, last_seq::float8 AS last_seq, last_tag::text AS last_tag FROM channel WHERE id = ANY ($1::text[])',
    channels,
  );
  const heads = new Map<string, Cursor>(channels.map((channel) => [channel, { channel, seq: 0, tag: '0' }]));
  for (const row of rows)
    heads.set(row.id, { channel: row.id, seq: Number(row.last_seq), tag: row.last_tag });
  return heads;
}

/**
 * Looks whether the log still holds these places, and gives the present ends of their channels. Another log, such as one
 * restored from a backup, ends before a place or has another tag there. What retention has removed says nothing.
 */
export async function comparePlaces(
  on: Queryable,
  places: readonly Cursor[],
): Promise<{ same: boolean; heads: ReadonlyMap<string, number> }> {
  const rows = await on.sql<{ channel: string; last_seq: number; same: boolean }>(
    `SELECT place.channel, coalesce(c.last_seq, 0)::float8 AS last_seq,
            coalesce(c.last_seq, 0) >= place.seq
              AND CASE WHEN coalesce(c.last_seq, 0) = place.seq THEN coalesce(c.last_tag, 0) ELSE coalesce(e.tag, place.tag) END
                  = place.tag AS same
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS place (channel, seq, tag)
     LEFT JOIN channel c ON c.id = place.channel
     LEFT JOIN channel_event e ON e.channel = place.channel AND e.seq = place.seq`,
    places.map(({ channel }) => channel),
    places.map(({ seq }) => seq),
    places.map(({ tag }) => tag),
  );
  return {
    same: rows.every(({ same }) => same),
    heads: new Map(rows.map((row) => [row.channel, Number(row.last_seq)])),
  };
}

/** The ends of the channels that were written to by transactions from `sinceXmin` on, and the xmin to ask from next. */
export async function readRecentHeads(
  on: Queryable,
  sinceXmin: string | null,
): Promise<{ xmin: string; heads: ReadonlyMap<string, number> }> {
  // A transaction that runs now is not below today's xmin, so whatever it commits is found by the next call.
  const [row] = await on.sql<{ xmin: string; heads: Record<string, number> | null }>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin,
       (SELECT jsonb_object_agg(channel, seq)
        FROM (SELECT channel, max(seq) AS seq FROM channel_event WHERE xid >= $1::text::xid8 GROUP BY channel) e) AS heads`,
    sinceXmin,
  );
  return { xmin: row?.xmin ?? '0', heads: new Map(Object.entries(row?.heads ?? {})) };
}

/**
 * Removes up to about `limit` events that are older than `days`, from the front of each channel only; gives how many.
 * Channel by channel (OFFSET 0): joined, the whole log would be read to find them.
 */
export async function removeExpired(on: Queryable, days: number, limit: number): Promise<number> {
  const rows = await on.sql(
    `DELETE FROM channel_event
     WHERE ctid = ANY (ARRAY(
       SELECT e.place
       FROM (SELECT channel, max(seq) AS seq
             FROM (SELECT channel, seq FROM channel_event
                   WHERE occurred_at < now() - make_interval(days => $1) ORDER BY occurred_at LIMIT $2) old
             GROUP BY channel) expired
       CROSS JOIN LATERAL (SELECT ctid AS place FROM channel_event e
                           WHERE e.channel = expired.channel AND e.seq <= expired.seq OFFSET 0) e))
     RETURNING 1 AS removed`,
    days,
    limit,
  );
  return rows.length;
}
