import type { Queryable } from '../../platform/database/database.js';
import { groupBy } from '../../shared/group-by.js';
import { roomsById } from '../chats/room-store.js';
import type { Board, BoardElement } from './board.js';
import { boardChannel } from './events.js';

/**
 * The rooms of the school $1 with the ids in $2 as boards: `id, kind, organization_id, participants, open, frozen`. What
 * freezes a board is the end of its subject, read with it, so that no second record of it can be wrong.
 */
export const boardsById = `
  SELECT room.id, room.kind, room.organization_id, room.participants, room.open,
         lesson.status NOT IN ('REQUESTED', 'SCHEDULED', 'IN_PROGRESS') AS frozen
    FROM (${roomsById}) room
    LEFT JOIN lesson ON lesson.id = room.id`;

interface BoardRow extends Omit<Board, 'eventCursor'> {
  readonly lastSeq: number;
  readonly lastTag: string;
}

/** The boards of the school with these ids, whoever may see them; absent ones are left out. */
export async function findBoards(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<Board[]> {
  const rows = await on.sql<BoardRow>(
    `SELECT board.id, board.kind, board.organization_id AS "organizationId", board.participants AS "participantIds",
            board.open, board.frozen, coalesce(c.last_seq, 0)::float8 AS "lastSeq",
            coalesce(c.last_tag, 0)::text AS "lastTag"
       FROM (${boardsById}) board LEFT JOIN channel c ON c.id = 'board:' || board.id::text`,
    organizationId,
    ids,
  );
  return rows.map(({ lastSeq, lastTag, ...board }) => ({
    ...board,
    eventCursor: { channel: boardChannel(board.id), seq: Number(lastSeq), tag: lastTag },
  }));
}

const elementColumns = `e.board_id AS "boardId", e.element_id AS "elementId", e.kind::text AS kind, e.data, e.revision,
  e.author_id AS "authorId"`;

/** The elements that are on these boards of the school, the longest unchanged first, by board: one statement. */
export async function findElements(
  on: Queryable,
  organizationId: string,
  boardIds: readonly string[],
): Promise<Map<string, BoardElement[]>> {
  const rows = await on.sql<BoardElement>(
    `SELECT ${elementColumns} FROM board_element e
      WHERE e.organization_id = $1::uuid AND e.board_id = ANY ($2::uuid[]) AND e.ended_revision IS NULL
      ORDER BY e.board_id, e.revision`,
    organizationId,
    boardIds,
  );
  return groupBy(rows, ({ boardId }) => boardId);
}

/** An element by the names that it has outside. */
export interface ElementKey {
  readonly organizationId: string;
  readonly boardId: string;
  readonly elementId: string;
}

/** Elements of any schools in the order of the keys, as they are now; null for those that are not there. */
export async function findElementsOfSchools(
  on: Queryable,
  keys: readonly ElementKey[],
): Promise<(BoardElement | null)[]> {
  const rows = await on.sql<BoardElement>(
    `SELECT ${elementColumns}
       FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS k (organization_id, board_id, element_id)) given
       JOIN board_element e USING (organization_id, board_id, element_id)
      WHERE e.ended_revision IS NULL`,
    keys.map(({ organizationId }) => organizationId),
    keys.map(({ boardId }) => boardId),
    keys.map(({ elementId }) => elementId),
  );
  const found = new Map(rows.map((row) => [`${row.boardId} ${row.elementId}`, row]));
  return keys.map(({ boardId, elementId }) => found.get(`${boardId} ${elementId}`) ?? null);
}

/** Gives boards their rows, which the first operation needs. */
export async function createBoardRow(on: Queryable, { id, organizationId }: Board): Promise<void> {
  await on.sql(
    `INSERT INTO board (id, organization_id, lesson_id) VALUES ($1::uuid, $2::uuid, $1::uuid) ON CONFLICT DO NOTHING`,
    id,
    organizationId,
  );
}
