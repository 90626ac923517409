import type { Cursor } from '../../channels/cursor.js';
import type { Queryable } from '../../platform/database/database.js';
import { groupBy } from '../../shared/group-by.js';
import { kindDefinitions } from '../chats/room-kinds.js';
import { type Board, type BoardElement, boardKinds } from './board.js';
import { boardChannel } from './events.js';

const asked = boardKinds.map((kind) => kindDefinitions[kind].asked).join(' UNION ALL ');

/**
 * The boards of `asked (room_id, user_id)` in the school $1: `id, kind, organization_id, user_id, standing, frozen,
 * member_since`. What freezes a board is read of its subject, so that no second record of it can be wrong.
 */
export const boardsAsked = `
  SELECT room.id, room.kind, room.organization_id, room.user_id, room.standing, member.joined_at AS member_since,
         NOT room.writable OR coalesce(lesson.status NOT IN ('REQUESTED', 'SCHEDULED', 'IN_PROGRESS'), false) AS frozen
    FROM (${asked}) room
    LEFT JOIN lesson ON lesson.id = room.id
    LEFT JOIN classroom_member member
           ON member.classroom_id = room.id AND member.user_id = room.user_id AND member.left_at IS NULL`;

/** Which board somebody asks for. */
export interface AskedBoard {
  readonly boardId: string;
  readonly userId: string;
}

interface BoardRow extends Omit<Board, 'eventCursor'> {
  readonly userId: string;
  readonly lastSeq: number;
  readonly lastTag: string;
}

/** The boards of the school that are asked for, each as it stands for who asks, whoever may see it; absent ones are left out. */
export async function findBoards(
  on: Queryable,
  organizationId: string,
  pairs: readonly AskedBoard[],
): Promise<(AskedBoard & { readonly board: Board })[]> {
  const rows = await on.sql<BoardRow>(
    `WITH asked AS (SELECT * FROM unnest($2::uuid[], $3::uuid[]) AS asked (room_id, user_id))
     SELECT board.id, board.kind, board.organization_id AS "organizationId", board.user_id AS "userId", board.standing,
            board.frozen, board.member_since AS "memberSince", coalesce(c.last_seq, 0)::float8 AS "lastSeq",
            coalesce(c.last_tag, 0)::text AS "lastTag"
       FROM (${boardsAsked}) board LEFT JOIN channel c ON c.id = 'board:' || board.id::text`,
    organizationId,
    pairs.map(({ boardId }) => boardId),
    pairs.map(({ userId }) => userId),
  );
  return rows.map(({ lastSeq, lastTag, userId, ...row }) => {
    const eventCursor = { channel: boardChannel(row.id), seq: Number(lastSeq), tag: lastTag };
    return { boardId: row.id, userId, board: { ...row, eventCursor } };
  });
}

/** One board as it stands for this user. */
export async function findBoard(
  on: Queryable,
  organizationId: string,
  boardId: string,
  userId: string,
): Promise<Board | null> {
  const [found] = await findBoards(on, organizationId, [{ boardId, userId }]);
  return found?.board ?? null;
}

/** Whether what a cursor of the board points at happened before a moment. */
export async function isBefore(on: Queryable, { channel, seq }: Cursor, moment: Date): Promise<boolean> {
  const [row] = await on.sql(
    'SELECT 1 FROM channel_event WHERE channel = $1::text AND seq = $2::bigint AND occurred_at < $3::timestamptz',
    channel,
    Math.max(seq, 1),
    moment,
  );
  return row !== undefined;
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

/** Gives a board its row, which the first operation needs. */
export async function createBoardRow(on: Queryable, { id, kind, organizationId }: Board): Promise<void> {
  const { subjectColumn } = kindDefinitions[kind];
  await on.sql(
    `INSERT INTO board (id, organization_id, ${subjectColumn}) VALUES ($1::uuid, $2::uuid, $1::uuid) ON CONFLICT DO NOTHING`,
    id,
    organizationId,
  );
}
