import type { BoardElementKind } from '../../generated/prisma/enums.js';
import type { BoardOperation } from './board.js';

/** An element as an operation of the batch makes it. */
export interface MadeElement {
  readonly elementId: string;
  readonly kind: BoardElementKind;
  readonly data: string;
  /** The place of the operation in the batch, from 1: its revision is so much beyond the board's. */
  readonly at: number;
  /** The place of the operation of the same batch that replaces or removes it. */
  endedAt: number | null;
}

/** What a batch does to a board, whatever is on it: operations in a row, made into sets. */
export interface BatchEffect {
  readonly made: readonly MadeElement[];
  /** Elements that were there before, each with the place of the first operation that replaces or removes it. */
  readonly ended: ReadonlyMap<string, number>;
  /** The place of the first CLEAR, which ends whatever else was there before. */
  readonly clearedAt: number | null;
  /** How many elements of the batch are there at its end. */
  readonly staying: number;
}

/** Follows the operations one after another. */
export function effectOf(operations: readonly BoardOperation[]): BatchEffect {
  const made: MadeElement[] = [];
  const present = new Map<string, MadeElement>();
  const ended = new Map<string, number>();
  let clearedAt: number | null = null;

  function end(elementId: string, at: number): void {
    const own = present.get(elementId);
    if (own) own.endedAt = at;
    else if (clearedAt === null && !ended.has(elementId)) ended.set(elementId, at);
    present.delete(elementId);
  }
  operations.forEach((operation, index) => {
    const at = index + 1;
    if (operation.kind === 'CLEAR') {
      for (const element of present.values()) element.endedAt = at;
      present.clear();
      clearedAt ??= at;
      return;
    }
    end(operation.elementId, at);
    if (operation.kind === 'DELETE') return;
    const { elementId, elementKind: kind, data } = operation;
    const element = { elementId, kind, data, at, endedAt: null };
    made.push(element);
    present.set(elementId, element);
  });
  return { made, ended, clearedAt, staying: present.size };
}
