import type { Cursor } from '../../channels/cursor.js';
import type { BoardElementKind } from '../../generated/prisma/enums.js';
import { AppError } from '../../shared/errors.js';
import type { Room } from '../chats/rooms.js';

/** Elements of one board. */
export const maxElements = 2_000;
/** That a board would have more. */
export function boardFull(): AppError {
  return new AppError('BOARD_FULL', {}, { values: { max: maxElements } });
}

/** Operations in one request. */
export const maxOperations = 100;
/** Bytes of an element's data. */
export const maxDataBytes = 16 * 1_024;

/** The rooms that have a board. */
export const boardKinds = ['lesson', 'classroom'] as const;

/** A board as it stands for one user, with what its policy needs. Its UUID is that of its subject, as is the room's. */
export interface Board extends Pick<Room, 'id' | 'organizationId' | 'standing'> {
  readonly kind: (typeof boardKinds)[number];
  /** Whether it is kept as it is: the lesson has ended, or the classroom is archived. */
  readonly frozen: boolean;
  /** When the user came into the classroom: what happened before is not replayed to them. */
  readonly memberSince: Date | null;
  /** The end of the board's channel, read in one statement with the board, hence before any element. */
  readonly eventCursor: Cursor;
}

/** An element of a board. */
export interface BoardElement {
  readonly boardId: string;
  /** Chosen by the client that drew it. */
  readonly elementId: string;
  readonly kind: BoardElementKind;
  /** JSON text, as sent. */
  readonly data: string;
  /** The position in the board's channel of the operation that made it so. */
  readonly revision: number;
  readonly authorId: string;
}

interface Named {
  /** Chosen by the client: the same again has no second effect. */
  readonly opId: string;
}

/** What a client does to a board. */
export type BoardOperation =
  | (Named & {
      readonly kind: 'PUT';
      readonly elementId: string;
      readonly elementKind: BoardElementKind;
      readonly data: string;
    })
  | (Named & { readonly kind: 'DELETE'; readonly elementId: string })
  | (Named & { readonly kind: 'CLEAR' });
