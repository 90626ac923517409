import type { Channels } from '../../channels/channels.js';
import type { Cursor } from '../../channels/cursor.js';
import { gather } from '../../channels/gather.js';
import { createTurns } from '../../channels/turns.js';
import type { Database } from '../../platform/database/database.js';
import type { Signals } from '../../platform/signals/postgres-signals.js';
import { AppError } from '../../shared/errors.js';
import { groupBy } from '../../shared/group-by.js';
import type { Viewer } from '../../shared/viewer.js';
import { createApplier } from './apply.js';
import type { Board, BoardElement, BoardOperation } from './board.js';
import { findBoards, findElements, isBefore } from './board-store.js';
import { boardChannel } from './events.js';
import { createPointers } from './pointers.js';
import { canSeeBoard } from './policy.js';
import { type BoardItem, createElementReader, withElements } from './stream.js';
import { createUndo, type Undone } from './undo.js';

export interface BoardServiceOptions {
  readonly database: Database;
  readonly channels: Channels;
  readonly signals: Signals;
}

/** More writers than this waiting for one board on a node are told to come again. */
const maxWaitingWriters = 200;

/**
 * Boards of rooms. A `Board` is only given to who may see it, so that what takes one needs no other check. An absent
 * board and a forbidden one are both BOARD_NOT_FOUND.
 */
export function createBoardService({ database, channels, signals }: BoardServiceOptions) {
  const apply = createApplier(database, channels);
  const undo = createUndo(database, channels);
  const turns = createTurns({ maxWaiting: maxWaitingWriters });
  const readElement = createElementReader(database);

  // Many who draw or subscribe at once ask for their boards in a few statements.
  const gatheredBoard = gather(async (keys: string[]) => {
    const found = new Map<string, Board>();
    const asked = keys.map((key) => {
      const [organizationId = '', boardId = '', userId = ''] = key.split(' ');
      return { organizationId, boardId, userId };
    });
    for (const [school, ofSchool] of groupBy(asked, ({ organizationId }) => organizationId)) {
      for (const { boardId, userId, board } of await findBoards(database, school, ofSchool))
        found.set(`${school} ${boardId} ${userId}`, board);
    }
    return found;
  });

  async function requireBoard(viewer: Viewer, id: string): Promise<Board> {
    const board = await gatheredBoard(`${viewer.organizationId} ${id} ${viewer.userId}`);
    if (!board || !canSeeBoard(viewer, board)) throw new AppError('BOARD_NOT_FOUND');
    return board;
  }

  const pointers = createPointers({ channels, signals, requireBoard });

  return {
    followPointers: pointers.follow,
    movePointer: pointers.move,

    /** For each id the board, or BOARD_NOT_FOUND. One statement. */
    async boardsByIds(viewer: Viewer, ids: readonly string[]): Promise<(Board | AppError)[]> {
      const { organizationId, userId } = viewer;
      const asked = [...new Set(ids)].map((boardId) => ({ boardId, userId }));
      const boards = (await findBoards(database, organizationId, asked)).map(({ board }) => board);
      const visible = new Map(
        boards.filter((board) => canSeeBoard(viewer, board)).map((board) => [board.id, board]),
      );
      return ids.map((id) => visible.get(id) ?? new AppError('BOARD_NOT_FOUND'));
    },

    /** What is on each of the boards that the viewer has been shown. One statement. */
    async elements(viewer: Viewer, boards: readonly Board[]): Promise<BoardElement[][]> {
      const ids = boards.map(({ id }) => id);
      const found = await findElements(database, viewer.organizationId, ids);
      return ids.map((id) => found.get(id) ?? []);
    },

    /**
     * Draws: all of the operations in a row, or none. An operation that was written before, under the same id, has no
     * second effect. BOARD_NOT_FOUND, BOARD_FROZEN, BOARD_FULL, IDEMPOTENCY_KEY_REUSED, SERVICE_UNAVAILABLE.
     */
    async apply(viewer: Viewer, boardId: string, operations: readonly BoardOperation[]): Promise<Board> {
      const board = await requireBoard(viewer, boardId);
      return turns.inTurn(boardChannel(boardId), () => apply(board, viewer.userId, operations));
    },

    /**
     * Takes back operations of the viewer's own where nobody else has changed their elements since, as operations of
     * their own; one that is undone already is not undone again. VALIDATION_ERROR for one that is not known any more,
     * BOARD_NOT_FOUND, BOARD_FROZEN, BOARD_FULL, SERVICE_UNAVAILABLE.
     */
    async undo(viewer: Viewer, boardId: string, opIds: readonly string[]): Promise<Undone> {
      await requireBoard(viewer, boardId);
      return turns.inTurn(boardChannel(boardId), () => undo(viewer, boardId, opIds));
    },

    /** The board's events after a cursor and then live, until access is lost. */
    follow(
      viewer: Viewer,
      boardId: string,
      after: Cursor | null,
    ): AsyncIterableIterator<BoardItem, void, undefined> {
      let earliest = 0;
      const items = channels.subscribe({
        channel: boardChannel(boardId),
        after,
        userId: viewer.userId,
        accessClass: 'participant',
        authorize: async () => {
          const { memberSince } = await requireBoard(viewer, boardId);
          // What happened before they came in is not replayed, though they were in it before.
          if (after && memberSince && (await isBefore(database, after, memberSince)))
            earliest = after.seq + 1;
        },
        earliest: () => earliest,
      });
      return withElements(items, viewer.organizationId, readElement);
    },
  };
}

/** Boards, as `createBoardService` makes them. */
export type BoardService = ReturnType<typeof createBoardService>;
