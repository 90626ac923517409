import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs, rule } from '../../graphql/input.js';
import { encodeId } from '../../shared/ids.js';
import { OkPayload } from '../accounts/schema.js';
import type { Pointer } from './watched-board.js';

const PointerRef = builder.objectRef<Pointer>('BoardPointer').implement({
  description: 'Where somebody points on a board.',
  fields: (t) => ({
    userId: t.id({ description: 'Who.', resolve: ({ userId }) => encodeId('user', userId) }),
    x: t.exposeFloat('x', { description: 'To the right, in the coordinates of the board.' }),
    y: t.exposeFloat('y', { description: 'Down, in the coordinates of the board.' }),
  }),
});

const Pointers = builder.objectRef<{ readonly pointers: readonly Pointer[] }>('BoardPointers').implement({
  description: 'The pointers at a board. Not durable, without a cursor.',
  fields: (t) => ({
    pointers: t.expose('pointers', {
      type: [PointerRef],
      description:
        'All that there are, the viewer’s too, at most 50; one that is not moved for 5 seconds is gone.',
    }),
  }),
});

const followArgs = z.object({ boardId: id('board') });

builder.subscriptionField('boardPointers', (t) =>
  t.field({
    type: Pointers,
    nullable: true,
    description:
      'Where those at a board point: at first, and when that has changed, at most ten times a second. It ends with SUBSCRIPTION_REVOKED when the viewer may no longer use the room. UNAUTHENTICATED, VALIDATION_ERROR, BOARD_NOT_FOUND.',
    args: { boardId: t.arg.id({ required: true, description: 'The board.' }) },
    subscribe: (_root, args, context) =>
      context.services.boards.followPointers(requireViewer(context), parseArgs(followArgs, args).boardId),
    resolve: (pointers) => ({ pointers }),
  }),
);

/** Coordinates that every client can hold and draw. */
const limit = 10_000_000;
const coordinate = z
  .number()
  .refine((value) => Math.abs(value) <= limit, rule({ rule: 'BETWEEN', min: -limit, max: limit }));
const point = z.object({ x: coordinate, y: coordinate });
const moveArgs = z.object({ input: z.object({ boardId: id('board'), at: point.nullish() }) });

const BoardPointInput = builder.inputType('BoardPointInput', {
  description: 'A place on a board.',
  fields: (t) => ({
    x: t.float({ required: true, description: 'To the right: -1e7 to 1e7.' }),
    y: t.float({ required: true, description: 'Down: -1e7 to 1e7.' }),
  }),
});

const MoveBoardPointerInput = builder.inputType('MoveBoardPointerInput', {
  description: "Where the viewer's pointer is.",
  fields: (t) => ({
    boardId: t.id({ required: true, description: 'The board.' }),
    at: t.field({ type: BoardPointInput, description: 'The place; null when it has left the board.' }),
  }),
});

builder.mutationField('moveBoardPointer', (t) =>
  t.field({
    type: OkPayload,
    description:
      'Shows the others where the viewer points. Ten moves a second are enough; of more, the last in each twentieth of a second counts. UNAUTHENTICATED, VALIDATION_ERROR, BOARD_NOT_FOUND.',
    args: { input: t.arg({ type: MoveBoardPointerInput, required: true, description: 'Where it is.' }) },
    resolve: async (_root, args, context) => {
      const viewer = requireViewer(context);
      const { boardId, at } = parseArgs(moveArgs, args).input;
      await context.services.boards.movePointer(viewer, boardId, at ?? null);
      return { ok: true };
    },
  }),
);
