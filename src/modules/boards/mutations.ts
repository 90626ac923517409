import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, list, parseArgs, refuse, rule } from '../../graphql/input.js';
import { type BoardOperation, maxDataBytes, maxOperations } from './board.js';
import {
  BoardElementKindEnum,
  BoardOperationKindEnum,
  BoardPayload,
  UndoBoardOperationsPayload,
} from './types.js';

/** A name that a client gives: it stands in events, which hold no text. */
const nameOf = (shape: RegExp, others: string) =>
  z.string().refine((value) => shape.test(value), rule({ rule: 'NAME_CHARACTERS', max: 64, others }));
const opId = nameOf(/^[A-Za-z0-9_-]{1,64}$/, '- _');
const elementId = nameOf(/^[A-Za-z0-9_:-]{1,64}$/, '- _ :');

/** JSON text. What it says is the clients' own affair; it is kept as sent and never interpreted. */
const data = z.string().superRefine((value, context) => {
  if (Buffer.byteLength(value) > maxDataBytes) refuse(context, { rule: 'AT_MOST_BYTES', max: maxDataBytes });
  else if (/\p{Surrogate}/u.test(value)) refuse(context, { rule: 'UNICODE' });
  else if (!isJson(value)) refuse(context, { rule: 'JSON' });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const none = z
  .unknown()
  .refine((value) => value == null, rule({ rule: 'OTHER_KIND' }))
  .optional();
const operation = z.discriminatedUnion('kind', [
  z.object({
    ...{ kind: z.literal('PUT'), opId, elementId, data },
    elementKind: z.enum(['STROKE', 'SHAPE', 'TEXT', 'IMAGE', 'NOTE']),
  }),
  z.object({ kind: z.literal('DELETE'), opId, elementId, elementKind: none, data: none }),
  z.object({ kind: z.literal('CLEAR'), opId, elementId: none, elementKind: none, data: none }),
]);

const applyArgs = z.object({
  input: z.object({
    boardId: id('board'),
    operations: list(operation, 1, maxOperations),
  }),
});

const BoardOperationInput = builder.inputType('BoardOperationInput', {
  description: 'Something to do to a board.',
  fields: (t) => ({
    opId: t.string({
      required: true,
      description:
        "Chosen by the client, of 1 to 64 letters, digits, - and _, unique among the viewer's operations on the board: sent again within 7 days, it has no second effect.",
    }),
    kind: t.field({ type: BoardOperationKindEnum, required: true, description: 'What is done.' }),
    elementId: t.id({
      description:
        'The element, for PUT and DELETE: chosen by the client that draws it, of 1 to 64 letters, digits, -, _ and :.',
    }),
    elementKind: t.field({ type: BoardElementKindEnum, description: 'What it is, for PUT.' }),
    data: t.string({ description: 'What it looks like, for PUT: JSON text, at most 16 KB in UTF-8.' }),
  }),
});

const ApplyBoardOperationsInput = builder.inputType('ApplyBoardOperationsInput', {
  description: 'What is drawn.',
  fields: (t) => ({
    boardId: t.id({ required: true, description: 'The board.' }),
    operations: t.field({
      type: [BoardOperationInput],
      required: true,
      description: '1 to 100, in their order; all of them are done, or none.',
    }),
  }),
});

builder.mutationField('applyBoardOperations', (t) =>
  t.field({
    type: BoardPayload,
    description:
      'Draws on a board; answered after the commit. UNAUTHENTICATED, VALIDATION_ERROR, BOARD_NOT_FOUND, BOARD_FROZEN, BOARD_FULL, IDEMPOTENCY_KEY_REUSED, SERVICE_UNAVAILABLE.',
    args: {
      input: t.arg({ type: ApplyBoardOperationsInput, required: true, description: 'What is drawn.' }),
    },
    resolve: async (_root, args, context) => {
      const viewer = requireViewer(context);
      const { boardId, operations } = parseArgs(applyArgs, args).input;
      return {
        board: await context.services.boards.apply(viewer, boardId, operations as BoardOperation[]),
      };
    },
  }),
);

const undoArgs = z.object({
  input: z.object({
    boardId: id('board'),
    opIds: list(opId, 1, maxOperations),
  }),
});

const UndoBoardOperationsInput = builder.inputType('UndoBoardOperationsInput', {
  description: 'What is undone.',
  fields: (t) => ({
    boardId: t.id({ required: true, description: 'The board.' }),
    opIds: t.stringList({
      required: true,
      description:
        "1 to 100 operations of the viewer's own: of the last 7 days, and among the last 2,000 of the board. The last is undone first, whatever their order here.",
    }),
  }),
});

builder.mutationField('undoBoardOperations', (t) =>
  t.field({
    type: UndoBoardOperationsPayload,
    description:
      'Takes back operations of the viewer’s own: each element that nobody else has changed since is as it was before. It comes to everyone as operations of its own; what is undone already is not undone again, so that it can be sent again. UNAUTHENTICATED, VALIDATION_ERROR, BOARD_NOT_FOUND, BOARD_FROZEN, BOARD_FULL, SERVICE_UNAVAILABLE.',
    args: {
      input: t.arg({ type: UndoBoardOperationsInput, required: true, description: 'What is undone.' }),
    },
    resolve: (_root, args, context) => {
      const viewer = requireViewer(context);
      const { boardId, opIds } = parseArgs(undoArgs, args).input;
      return context.services.boards.undo(viewer, boardId, opIds);
    },
  }),
);
