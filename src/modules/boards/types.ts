import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { encodeId } from '../../shared/ids.js';
import { UserRef } from '../accounts/schema.js';
import type { Board, BoardElement } from './board.js';
import type { Undone } from './undo.js';

/** What an element can be. */
export const BoardElementKindEnum = builder.enumType('BoardElementKind', {
  description: 'What an element of a board is; it says nothing about its data.',
  values: {
    STROKE: { description: 'A line drawn by hand.' },
    SHAPE: { description: 'A geometrical figure.' },
    TEXT: { description: 'Text.' },
    IMAGE: { description: 'A picture.' },
    NOTE: { description: 'A sticky note.' },
  } as const,
});

/** What an operation does. */
export const BoardOperationKindEnum = builder.enumType('BoardOperationKind', {
  description: 'What an operation does to a board.',
  values: {
    PUT: { description: 'An element is there as given, whether it is new or replaces what was there.' },
    DELETE: { description: 'An element is not there.' },
    CLEAR: { description: 'Nothing is there.' },
  } as const,
});

/** An element of a board. */
export const BoardElementRef = builder.objectRef<BoardElement>('BoardElement').implement({
  description: 'Something on a board.',
  fields: (t) => ({
    id: t.exposeID('elementId', { description: 'Chosen by the client that drew it: unique on its board.' }),
    kind: t.expose('kind', { type: BoardElementKindEnum, description: 'What it is.' }),
    data: t.exposeString('data', {
      description: 'What it looks like: JSON text as the client sent it, at most 16 KB.',
    }),
    revision: t.exposeInt('revision', {
      description: 'That of the operation that made it so: a lower one never replaces a higher one.',
    }),
    author: t.field({
      type: UserRef,
      description: 'Who put it there as it is.',
      resolve: ({ authorId }) => authorId,
    }),
  }),
});

/** A board. A field of this type may resolve to an id alone: all ids of an operation are read in one statement. */
export const BoardRef = builder.loadableNodeRef('Board', {
  id: { resolve: (board: Board) => board.id },
  load: (ids: string[], context) => context.services.boards.boardsByIds(requireViewer(context), ids),
});
BoardRef.implement({
  description:
    "The board of a lesson or a classroom: of those who may use its chat now; to anyone else, the school's admins too, BOARD_NOT_FOUND.",
  fields: (t) => ({
    roomId: t.id({
      description: 'The id of the lesson or the classroom whose board it is.',
      resolve: ({ kind, id }) => encodeId(kind, id),
    }),
    revision: t.int({
      description:
        'How far it has come: rising, not dense. Its elements are at least as new as this, and may be newer.',
      resolve: ({ eventCursor }) => eventCursor.seq,
    }),
    elements: t.loadableList({
      type: BoardElementRef,
      description: 'What is on it, the longest unchanged first: at most 2,000.',
      // Read anew after each mutation of an operation, which may have changed it.
      loaderOptions: { cache: false },
      resolve: (board) => board,
      load: (boards: Board[], context) => context.services.boards.elements(requireViewer(context), boards),
    }),
    frozen: t.exposeBoolean('frozen', {
      description:
        'Whether it is kept as it is: the lesson has ended or the classroom is archived, and drawing fails with BOARD_FROZEN.',
    }),
    eventCursor: t.expose('eventCursor', {
      type: 'Cursor',
      description: 'Read before the elements: subscribe to boardEvents with it and nothing is missed.',
    }),
  }),
});

/** What an undoing gives. */
export const UndoBoardOperationsPayload = builder.objectRef<Undone>('UndoBoardOperationsPayload').implement({
  description: 'The board after operations were undone.',
  fields: (t) => ({
    board: t.field({ type: BoardRef, description: 'The board.', resolve: ({ board }) => board }),
    keptElementIds: t.idList({
      description: 'Elements that were left as they are, since somebody else has changed them since.',
      resolve: ({ kept }) => [...kept],
    }),
  }),
});

/** What a change of a board gives. */
export const BoardPayload = builder.objectRef<{ readonly board: Board }>('BoardPayload').implement({
  description: 'The board after the change.',
  fields: (t) => ({
    board: t.field({ type: BoardRef, description: 'The board.', resolve: ({ board }) => board }),
  }),
});
