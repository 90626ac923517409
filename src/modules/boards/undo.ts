import type { Channels } from '../../channels/channels.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import { lockBoard } from './apply.js';
import { undoableOperations } from './apply-statement.js';
import { type Board, boardFull, maxElements } from './board.js';
import { findBoard } from './board-store.js';
import { boardChanged } from './events.js';
import { canDraw, canSeeBoard } from './policy.js';
import { type KnownOperation, planUndo } from './undo-plan.js';
import {
  countElements,
  findOperationsAt,
  findOwnOperations,
  findSpans,
  writeRestorations,
} from './undo-store.js';

/** What came of an undoing. */
export interface Undone {
  readonly board: Board;
  /** Elements that were left as they are, since somebody else has changed them since. */
  readonly kept: readonly string[];
}

/** Undoes operations on boards whose use was authorized. */
export function createUndo(database: Database, channels: Pick<Channels, 'append'>) {
  /** The viewer's operations in question; one that nobody knows any more is refused by its place in the input. */
  async function ownOperations(
    tx: UnitOfWork,
    board: Board,
    viewer: Viewer,
    opIds: readonly string[],
  ): Promise<KnownOperation[]> {
    const found = await findOwnOperations(tx, board, viewer.userId, opIds);
    const oldest = board.eventCursor.seq - undoableOperations;
    const undoable = new Set(found.filter(({ revision }) => revision > oldest).map(({ opId }) => opId));
    const unknown = opIds.findIndex((opId) => !undoable.has(opId));
    if (unknown === -1) return found;
    throw new AppError('VALIDATION_ERROR', {
      [`input.opIds.${unknown}`]: [{ rule: 'NOT_UNDOABLE' }],
    });
  }

  return (viewer: Viewer, boardId: string, opIds: readonly string[]): Promise<Undone> =>
    database.transaction(async (tx) => {
      // Under this lock the board and who may draw on it stay as they are.
      const base = await lockBoard(tx, boardId);
      const board = await findBoard(tx, viewer.organizationId, boardId, viewer.userId);
      if (!board || !canSeeBoard(viewer, board)) throw new AppError('BOARD_NOT_FOUND');
      const operations = await ownOperations(tx, board, viewer, opIds);
      const due = operations.filter(({ undone }) => !undone);
      if (base === null || due.length === 0) return { board, kept: [] };
      if (!canDraw(board)) throw new AppError('BOARD_FROZEN');

      const spans = await findSpans(
        tx,
        board,
        due.map(({ revision }) => revision),
      );
      const touched = spans.flatMap(({ revision, endedRevision }) => [revision, endedRevision ?? revision]);
      const plan = planUndo(due, spans, await findOperationsAt(tx, board, touched));
      const returning = plan.restorations.filter(({ source }) => source !== null);
      const present = new Set(spans.filter((one) => one.endedRevision === null).map((one) => one.elementId));
      const added = returning.filter(({ elementId }) => !present.has(elementId)).length;
      if (added > 0 && (await countElements(tx, board)) + added > maxElements) throw boardFull();

      const placed = plan.restorations.map((restoration, index) => ({
        ...restoration,
        revision: base + index + 1,
        opId: `undo:${restoration.undoes.opId}:${base + index + 1}`,
      }));
      await writeRestorations(tx, board, viewer.userId, placed, plan.undone);
      const events = placed.map(({ opId, elementId, source, undoes }) =>
        boardChanged(boardId, viewer.userId, {
          ...{ operation: source === null ? 'DELETE' : 'PUT', opId, elementId },
          undoes: undoes.opId,
        }),
      );
      const last = (await channels.append(tx, events)).at(-1);
      const eventCursor = last ? { channel: last.channel, seq: last.seq, tag: last.tag } : board.eventCursor;
      return { board: { ...board, eventCursor }, kept: plan.kept };
    });
}
