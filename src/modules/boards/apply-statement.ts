import type { Queryable } from '../../platform/database/database.js';
import type { BatchEffect } from './batch.js';
import { type Board, maxElements } from './board.js';
import { boardsAsked } from './board-store.js';
import { boardChangedKind, boardChannel } from './events.js';

/** An operation that is to be written, with the tag of its event. */
export interface PlacedOperation {
  readonly opId: string;
  readonly kind: string;
  /** SHA-256 of what it says, in hex. */
  readonly hash: string;
  readonly tag: string;
  /** The payload of its event, as JSON. */
  readonly payload: string;
}

/** What is to be written in one go. */
export interface Batch {
  readonly board: Board;
  readonly authorId: string;
  readonly operations: readonly PlacedOperation[];
  readonly effect: BatchEffect;
}

/** An operation of the author under the same id that is there already. */
export interface Twin {
  readonly opId: string;
  readonly hash: string;
}

/** What came of the statement; unless it is APPLIED, nothing was written. */
export interface ApplyResult {
  readonly verdict:
    | 'APPLIED'
    /** The channel or the board has no row yet. */
    | 'NO_ROW'
    /** Others have written since the statement's snapshot was taken: run it again. */
    | 'STALE'
    | 'TWINS'
    | 'BOARD_NOT_FOUND'
    | 'BOARD_FROZEN'
    | 'BOARD_FULL';
  /** The board's revision before the batch. */
  readonly base: number;
  readonly at: Date;
  readonly twins: readonly Twin[];
}

/** Of what has been replaced, so many last operations of a board can still be undone. */
export const undoableOperations = 2_000;

const endNamed = `
  UPDATE board_element v SET ended_revision = p.base + e.at
    FROM placed p CROSS JOIN unnest($16::text[], $17::int[]) AS e (element_id, at)
   WHERE v.board_id = $3::uuid AND v.element_id = e.element_id AND v.ended_revision IS NULL AND $18::int IS NULL
  RETURNING 1`;
const endAll = `
  UPDATE board_element v SET ended_revision = p.base + coalesce(
           (SELECT e.at FROM unnest($16::text[], $17::int[]) AS e (element_id, at) WHERE e.element_id = v.element_id), $18::int)
    FROM placed p WHERE v.board_id = $3::uuid AND v.ended_revision IS NULL
  RETURNING 1`;

/**
 * The whole batch in one statement, which is the lowest that the channel's row can be held. Everything but that row is
 * seen as it was when the statement began; all writers of a board, and whoever freezes it or takes access to it away,
 * append to its channel, so that what is seen is the present exactly when the end of the channel is the same in the
 * snapshot and under the lock. Otherwise nothing is done, and the statement is run again.
 */
const applySql = (clears: boolean) => `
WITH asked AS (
  SELECT $3::uuid AS room_id, $4::uuid AS user_id
), seen AS MATERIALIZED (
  SELECT last_seq FROM channel WHERE id = $2::text
), locked AS MATERIALIZED (
  SELECT last_seq FROM channel WHERE id = $2::text FOR NO KEY UPDATE
), twin AS MATERIALIZED (
  SELECT op_id, encode(content_hash, 'hex') AS hash FROM board_operation
   WHERE board_id = $3::uuid AND author_id = $4::uuid AND op_id = ANY ($5::text[])
), facts AS MATERIALIZED (
  SELECT l.last_seq AS base,
         CASE
           WHEN l.last_seq IS DISTINCT FROM (SELECT last_seq FROM seen) THEN 'STALE'
           WHEN b.standing IS NULL THEN 'BOARD_NOT_FOUND'
           WHEN NOT EXISTS (SELECT FROM board WHERE id = $3::uuid) THEN 'NO_ROW'
           WHEN EXISTS (SELECT FROM twin) THEN 'TWINS'
           WHEN b.frozen THEN 'BOARD_FROZEN'
           WHEN $19::int > 0 AND $18::int IS NULL AND $19::int > ${maxElements}
             - (SELECT count(*) FROM board_element WHERE board_id = $3::uuid AND ended_revision IS NULL)
             + (SELECT count(*) FROM unnest($16::text[]) AS e (element_id)
                  JOIN board_element v ON v.board_id = $3::uuid AND v.element_id = e.element_id
                   AND v.ended_revision IS NULL) THEN 'BOARD_FULL'
           ELSE 'APPLIED'
         END AS verdict
    FROM locked l LEFT JOIN (${boardsAsked}) b ON true
), placed AS MATERIALIZED (
  SELECT base, date_trunc('milliseconds', clock_timestamp()) AS at FROM facts WHERE verdict = 'APPLIED'
), operation AS MATERIALIZED (
  SELECT * FROM unnest($5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[])
    WITH ORDINALITY AS o (op_id, kind, hash, tag, payload, position)
), counted AS (
  UPDATE channel c SET last_seq = p.base + $10::int, last_tag = ($8::bigint[])[$10::int] FROM placed p WHERE c.id = $2::text
), event AS (
  INSERT INTO channel_event (channel, seq, tag, kind, actor_id, payload, occurred_at)
  SELECT $2::text, p.base + o.position, o.tag, '${boardChangedKind}', $4::uuid, o.payload::jsonb, p.at
    FROM placed p CROSS JOIN operation o
), recorded AS (
  INSERT INTO board_operation (board_id, author_id, op_id, organization_id, revision, kind, content_hash, created_at)
  SELECT $3::uuid, $4::uuid, o.op_id, $1::uuid, p.base + o.position, o.kind::board_operation_kind, decode(o.hash, 'hex'), p.at
    FROM placed p CROSS JOIN operation o
), ended AS (${clears ? endAll : endNamed}
), made AS (
  -- What is replaced must have ended first: an element is there once.
  INSERT INTO board_element (board_id, revision, organization_id, element_id, kind, data, author_id, ended_revision)
  SELECT $3::uuid, p.base + m.at, $1::uuid, m.element_id, m.kind::board_element_kind, m.data, $4::uuid, p.base + m.ended_at
    FROM placed p CROSS JOIN (SELECT count(*) FROM ended) AS first
   CROSS JOIN unnest($11::int[], $12::text[], $13::text[], $14::text[], $15::int[]) AS m (at, element_id, kind, data, ended_at)
), forgotten AS (
  DELETE FROM board_element v USING placed p
   WHERE v.board_id = $3::uuid AND v.ended_revision <= p.base - ${undoableOperations}
)
SELECT f.verdict, f.base::float8 AS base, p.at,
       coalesce((SELECT json_agg(json_build_object('opId', op_id, 'hash', hash)) FROM twin), '[]') AS twins
  FROM facts f LEFT JOIN placed p ON true`;

/** Runs the statement. */
export async function runApply(
  on: Queryable,
  { board, authorId, operations, effect }: Batch,
): Promise<ApplyResult> {
  const { made, ended, clearedAt, staying } = effect;
  const [row] = await on.sql<ApplyResult>(
    applySql(clearedAt !== null),
    board.organizationId,
    boardChannel(board.id),
    board.id,
    authorId,
    operations.map(({ opId }) => opId),
    operations.map(({ kind }) => kind),
    operations.map(({ hash }) => hash),
    operations.map(({ tag }) => tag),
    operations.map(({ payload }) => payload),
    operations.length,
    made.map(({ at }) => at),
    made.map(({ elementId }) => elementId),
    made.map(({ kind }) => kind),
    made.map(({ data }) => data),
    made.map(({ endedAt }) => endedAt),
    [...ended.keys()],
    [...ended.values()],
    clearedAt,
    staying,
  );
  return row ?? { verdict: 'NO_ROW', base: 0, at: new Date(0), twins: [] };
}
