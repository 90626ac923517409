import type { Queryable } from '../../platform/database/database.js';
import type { Board } from './board.js';
import type { ElementSpan, KnownOperation, Restoration } from './undo-plan.js';

const operationColumns = `op_id AS "opId", revision, author_id AS "authorId", undoes IS NOT NULL AS "isUndo", undone`;

/** Operations of one author on a board by their ids; no undoings. */
export function findOwnOperations(
  on: Queryable,
  { organizationId, id }: Board,
  authorId: string,
  opIds: readonly string[],
): Promise<KnownOperation[]> {
  return on.sql(
    `SELECT ${operationColumns} FROM board_operation
      WHERE organization_id = $1::uuid AND board_id = $2::uuid AND author_id = $3::uuid AND op_id = ANY ($4::text[])
        AND undoes IS NULL`,
    organizationId,
    id,
    authorId,
    opIds,
  );
}

/** Every state that the elements which these operations began or ended have had since, without their data. */
export function findSpans(
  on: Queryable,
  { organizationId, id }: Board,
  revisions: readonly number[],
): Promise<ElementSpan[]> {
  return on.sql(
    `SELECT e.element_id AS "elementId", e.revision, e.ended_revision AS "endedRevision"
       FROM board_element e
      WHERE e.organization_id = $1::uuid AND e.board_id = $2::uuid
        AND (e.ended_revision IS NULL OR e.ended_revision >= $4::int)
        AND e.element_id IN (SELECT t.element_id FROM board_element t
              WHERE t.board_id = $2::uuid AND (t.revision = ANY ($3::int[]) OR t.ended_revision = ANY ($3::int[])))`,
    organizationId,
    id,
    revisions,
    Math.min(...revisions),
  );
}

/** The operations of these revisions, by revision. */
export async function findOperationsAt(
  on: Queryable,
  { organizationId, id }: Board,
  revisions: readonly number[],
): Promise<Map<number, KnownOperation>> {
  const rows = await on.sql<KnownOperation>(
    `SELECT ${operationColumns} FROM board_operation
      WHERE organization_id = $1::uuid AND board_id = $2::uuid AND revision = ANY ($3::int[])`,
    organizationId,
    id,
    revisions,
  );
  return new Map(rows.map((row) => [row.revision, row]));
}

/** How many elements are on a board. */
export async function countElements(on: Queryable, { organizationId, id }: Board): Promise<number> {
  const [row] = await on.sql<{ count: number }>(
    `SELECT count(*)::int AS count FROM board_element
      WHERE organization_id = $1::uuid AND board_id = $2::uuid AND ended_revision IS NULL`,
    organizationId,
    id,
  );
  return row?.count ?? 0;
}

/** A restoration as an operation of its own. */
export interface PlacedRestoration extends Restoration {
  readonly revision: number;
  readonly opId: string;
}

/** Writes the restorations, each as an operation of the author with its own revision, and what is undone by them. */
export async function writeRestorations(
  tx: Queryable,
  { organizationId, id }: Board,
  authorId: string,
  restorations: readonly PlacedRestoration[],
  undone: readonly number[],
): Promise<void> {
  await tx.sql(
    `WITH given AS MATERIALIZED (
       SELECT * FROM unnest($4::int[], $5::text[], $6::text[], $7::int[], $8::int[])
         AS g (revision, op_id, element_id, source, undoes)
     ), marked AS (
       UPDATE board_operation SET undone = true
        WHERE organization_id = $1::uuid AND board_id = $2::uuid AND revision = ANY ($9::int[])
     ), recorded AS (
       INSERT INTO board_operation
         (board_id, author_id, op_id, organization_id, revision, kind, content_hash, undoes, created_at)
       SELECT $2::uuid, $3::uuid, g.op_id, $1::uuid, g.revision,
              (CASE WHEN g.source IS NULL THEN 'DELETE' ELSE 'PUT' END)::board_operation_kind, '', g.undoes, now()
         FROM given g
     ), ended AS (
       UPDATE board_element v SET ended_revision = g.revision FROM given g
        WHERE v.board_id = $2::uuid AND v.element_id = g.element_id AND v.ended_revision IS NULL
       RETURNING 1
     )
     INSERT INTO board_element (board_id, revision, organization_id, element_id, kind, data, author_id)
     SELECT v.board_id, g.revision, v.organization_id, v.element_id, v.kind, v.data, v.author_id
       FROM (SELECT count(*) FROM ended) AS first
      CROSS JOIN given g JOIN board_element v ON v.board_id = $2::uuid AND v.revision = g.source`,
    organizationId,
    id,
    authorId,
    restorations.map(({ revision }) => revision),
    restorations.map(({ opId }) => opId),
    restorations.map(({ elementId }) => elementId),
    restorations.map(({ source }) => source),
    restorations.map(({ undoes }) => undoes.revision),
    undone,
  );
}
