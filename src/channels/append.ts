import { randomBytes } from 'node:crypto';
import type { Queryable, UnitOfWork } from '../platform/database/database.js';
import { presentCause } from '../platform/tracing/cause.js';
import type { ChannelEvent, NewEvent } from './events.js';
import { type EventRow, toEvent } from './log.js';

/**
 * One statement: locks the channel rows in id order, counts them up and inserts the events. A channel without a row
 * makes it do nothing at all, so that it can be created first. The time is read under the lock, hence rises with seq.
 */
const appendSql = `
WITH input AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::jsonb[], $5::bigint[])
    WITH ORDINALITY AS e (channel, kind, actor_id, payload, tag, position)
), locked AS (
  SELECT id, last_seq FROM channel WHERE id = ANY ($1::text[]) ORDER BY id FOR NO KEY UPDATE
), placed AS (
  SELECT i.*, l.last_seq + row_number() OVER (PARTITION BY i.channel ORDER BY i.position) AS seq
  FROM input i JOIN locked l ON l.id = i.channel
  WHERE (SELECT count(*) FROM locked) = (SELECT count(DISTINCT channel) FROM input)
), counted AS (
  UPDATE channel c SET last_seq = p.seq, last_tag = p.tag
  FROM (SELECT DISTINCT ON (channel) channel, seq, tag FROM placed ORDER BY channel, seq DESC) p
  WHERE c.id = p.channel
)
INSERT INTO channel_event (channel, seq, tag, kind, actor_id, payload, occurred_at, cause)
SELECT channel, seq, tag, kind, actor_id, payload, clock_timestamp(), $6::text FROM placed ORDER BY position
RETURNING channel, seq::float8 AS seq, tag::text AS tag, kind, actor_id::text AS actor_id, payload, occurred_at, cause`;

const createSql = `
INSERT INTO channel (id) SELECT DISTINCT c FROM unnest($1::text[]) AS c ORDER BY c ON CONFLICT DO NOTHING`;

/** A random 64-bit tag as PostgreSQL's bigint, in text. */
export function newTag(): string {
  return randomBytes(8).readBigInt64BE().toString();
}

/** Gives each channel its row, which the first append to it needs. */
export async function createChannelRows(on: Queryable, channels: readonly string[]): Promise<void> {
  await on.sql(createSql, channels);
}

/** Appends the events in this transaction and gives them with their places. */
export async function append(tx: UnitOfWork, events: readonly NewEvent[]): Promise<ChannelEvent[]> {
  if (events.length === 0) return [];
  const channels = events.map(({ channel }) => channel);
  const cause = presentCause();
  const run = () =>
    tx.sql<EventRow>(
      appendSql,
      channels,
      events.map(({ kind }) => kind),
      events.map(({ actorId }) => actorId),
      events.map(({ payload }) => JSON.stringify(payload)),
      events.map(newTag),
      cause,
    );
  let rows = await run();
  if (rows.length === 0) {
    await createChannelRows(tx, channels);
    rows = await run();
  }
  if (rows.length !== events.length) throw new Error(`appended ${rows.length} of ${events.length} events`);
  return rows.map(toEvent);
}
