import type { ChannelEvent, NewEvent } from '../../channels/events.js';
import type { BoardOperationKind } from '../../generated/prisma/enums.js';

/** The channel of what is drawn on a board. */
export function boardChannel(boardId: string): string {
  return `board:${boardId}`;
}

/** The board of a channel that is known to be a board's. */
export function boardOfChannel(channel: string): string {
  return channel.slice('board:'.length);
}

/** The kind of the event of one operation. */
export const boardChangedKind = 'board.changed';
const boardFrozenKind = 'board.frozen';

/** What an event of an operation says; the element itself is read when the event is executed. */
export interface BoardChange {
  readonly operation: BoardOperationKind;
  readonly opId: string;
  /** Null for CLEAR. */
  readonly elementId: string | null;
  /** The operation that this one undoes. */
  readonly undoes?: string;
}

/** One operation, as it is appended. */
export function boardChanged(boardId: string, actorId: string, change: BoardChange): NewEvent {
  return { channel: boardChannel(boardId), kind: boardChangedKind, actorId, payload: { ...change } };
}

/** That nothing can be drawn on the board any more. */
export function boardFrozen(boardId: string, actorId: string | null): NewEvent {
  return { channel: boardChannel(boardId), kind: boardFrozenKind, actorId, payload: {} };
}

/** The operation of an event out of a board's channel; null when it is the freeze. */
export function boardChangeOf(event: ChannelEvent): BoardChange | null {
  if (event.kind === boardChangedKind) return event.payload as unknown as BoardChange;
  if (event.kind === boardFrozenKind) return null;
  throw new Error(`The channel ${event.channel} holds an event of kind ${event.kind}.`);
}
