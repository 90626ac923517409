import { createHash } from 'node:crypto';
import { createChannelRows, newTag } from '../../channels/append.js';
import type { Channels } from '../../channels/channels.js';
import type { Database, Queryable } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { type ApplyResult, type Batch, runApply, type Twin } from './apply-statement.js';
import { effectOf } from './batch.js';
import { type Board, type BoardOperation, boardFull } from './board.js';
import { createBoardRow, findBoard } from './board-store.js';
import { type BoardChange, boardChangedKind, boardChannel } from './events.js';

/** So often a batch that others have overtaken is tried again before it waits for the board with its lock. */
const optimisticAttempts = 3;

/** An operation with its place in the input, for errors, and a hash of what it says. */
interface Pending {
  readonly operation: BoardOperation;
  readonly path: string;
  readonly hash: string;
}

/** Locks the end of a board's log until the commit: whoever reads in a later statement sees the present. */
export async function lockBoard(tx: Queryable, boardId: string): Promise<number | null> {
  const [row] = await tx.sql<{ seq: number }>(
    'SELECT last_seq::float8 AS seq FROM channel WHERE id = $1::text FOR NO KEY UPDATE',
    boardChannel(boardId),
  );
  return row ? Number(row.seq) : null;
}

/** Writes operations on boards whose use was authorized. */
export function createApplier(database: Database, channels: Pick<Channels, 'committed'>) {
  async function run(batch: Batch, waits: boolean): Promise<ApplyResult> {
    if (!waits) return runApply(database, batch);
    return database.transaction(async (tx) => {
      await lockBoard(tx, batch.board.id);
      return runApply(tx, batch);
    });
  }

  async function createRows(board: Board): Promise<void> {
    await createBoardRow(database, board);
    await createChannelRows(database, [boardChannel(board.id)]);
  }

  /** Tells of what was written, and gives the board as it is then. */
  function committed({ board, authorId, operations }: Batch, { base, at }: ApplyResult): Board {
    const channel = boardChannel(board.id);
    const events = operations.map(({ payload, tag }, index) => ({
      ...{ channel, kind: boardChangedKind, actorId: authorId, payload: JSON.parse(payload), tag },
      ...{ seq: Number(base) + index + 1, occurredAt: at },
    }));
    channels.committed(events);
    const last = events.at(-1);
    return last ? { ...board, eventCursor: { channel, seq: last.seq, tag: last.tag } } : board;
  }

  /** All of the operations, or none; those that were written before, under the same ids, have no second effect. */
  return async function apply(
    board: Board,
    authorId: string,
    operations: readonly BoardOperation[],
  ): Promise<Board> {
    let pending = distinct(operations);
    for (let attempt = 1; pending.length > 0; attempt++) {
      const batch = {
        ...{ board, authorId },
        operations: pending.map(({ operation, hash }) => ({
          ...{ opId: operation.opId, kind: operation.kind, hash, tag: newTag() },
          payload: JSON.stringify(changeOf(operation)),
        })),
        effect: effectOf(pending.map(({ operation }) => operation)),
      };
      const result = await run(batch, attempt > optimisticAttempts);
      if (result.verdict === 'APPLIED') return committed(batch, result);
      if (result.verdict === 'TWINS') pending = withoutTwins(pending, result.twins);
      else if (result.verdict === 'NO_ROW') await createRows(board);
      else if (result.verdict === 'BOARD_FULL') throw boardFull();
      else if (result.verdict !== 'STALE') throw new AppError(result.verdict);
    }
    return (await findBoard(database, board.organizationId, board.id, authorId)) ?? board;
  };
}

function changeOf(operation: BoardOperation): BoardChange {
  const elementId = operation.kind === 'CLEAR' ? null : operation.elementId;
  return { operation: operation.kind, opId: operation.opId, elementId };
}

/** Operations without repeats of one id; the same id with another content is refused. */
function distinct(operations: readonly BoardOperation[]): Pending[] {
  const known = new Map<string, Pending>();
  operations.forEach((operation, index) => {
    const pending = { operation, path: `input.operations.${index}.opId`, hash: hashOf(operation) };
    const twin = known.get(operation.opId);
    if (!twin) known.set(operation.opId, pending);
    else if (twin.hash !== pending.hash) throw reused(pending);
  });
  return [...known.values()];
}

function withoutTwins(pending: readonly Pending[], twins: readonly Twin[]): Pending[] {
  const hashes = new Map(twins.map(({ opId, hash }) => [opId, hash]));
  const other = pending.find(({ operation, hash }) => (hashes.get(operation.opId) ?? hash) !== hash);
  if (other) throw reused(other);
  return pending.filter(({ operation }) => !hashes.has(operation.opId));
}

function reused({ path }: Pending): AppError {
  return new AppError('IDEMPOTENCY_KEY_REUSED', { [path]: [{ rule: 'OTHER_OPERATION' }] });
}

function hashOf(operation: BoardOperation): string {
  const { kind } = operation;
  const content =
    kind === 'PUT'
      ? [kind, operation.elementId, operation.elementKind, operation.data]
      : [kind, kind === 'DELETE' ? operation.elementId : null];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
