import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, idempotencyKey, list, parseArgs, rule, text } from '../../graphql/input.js';
import { roomKey } from './rooms.js';
import { MessagePayload, RoomPayload } from './types.js';

/** Something that can be seen: neither white space nor a character without a shape of its own. */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}]/u;

/** A control character other than a line feed or a tab. */
const control = /[^\P{Cc}\n\t]/u;

/** The text of a message. It is stored as it is, and nothing in it is ever interpreted. */
export const messageBody = text(1, 4_000)
  .refine((body) => visible.test(body), rule({ rule: 'NOT_BLANK' }))
  .refine((body) => !control.test(body), rule({ rule: 'CONTROL_CHARACTERS' }));

const sendArgs = z.object({
  input: z.object({
    roomId: roomKey,
    body: messageBody,
    mentionIds: list(id('user'), 0, 20).nullish(),
    clientMessageId: idempotencyKey,
    replyToId: id('message').nullish(),
  }),
});

const SendMessageInput = builder.inputType('SendMessageInput', {
  description: 'A message to send.',
  fields: (t) => ({
    roomId: t.id({
      required: true,
      description: 'The id of the lesson, classroom or relation in whose chat it is sent.',
    }),
    body: t.string({
      required: true,
      description:
        'The text: 1 to 4,000 Unicode characters, not blank, without control characters other than tab and line feed. It is kept as sent.',
    }),
    clientMessageId: t.string({
      description:
        'A key of the client, of 1 to 200 characters, unique among its messages in the room: sent again, it gives the same message.',
    }),
    mentionIds: t.idList({
      description: 'Those whom it names, at most 20 who are in the room: they are told at once.',
    }),
    replyToId: t.id({ description: 'The message of the same room that it answers.' }),
  }),
});

builder.mutationField('sendMessage', (t) =>
  t.field({
    type: MessagePayload,
    description:
      'Sends a message; what came before it counts as read by its author. UNAUTHENTICATED, VALIDATION_ERROR, ROOM_NOT_FOUND, CLASSROOM_ARCHIVED, MESSAGE_NOT_FOUND (what it answers), IDEMPOTENCY_KEY_REUSED, SERVICE_UNAVAILABLE.',
    args: { input: t.arg({ type: SendMessageInput, required: true, description: 'The message.' }) },
    resolve: async (_root, args, context) => {
      const { roomId, body, clientMessageId, replyToId, mentionIds } = parseArgs(sendArgs, args).input;
      const draft = {
        body,
        clientMessageId: clientMessageId ?? null,
        replyToId: replyToId ?? null,
        mentionIds: [...new Set(mentionIds ?? [])],
      };
      return { message: await context.services.chats.sendMessage(requireViewer(context), roomId, draft) };
    },
  }),
);

const markReadArgs = z.object({
  input: z.object({ roomId: roomKey, upToSequence: z.int().min(0) }),
});

const MarkReadInput = builder.inputType('MarkReadInput', {
  description: 'How far a room was read.',
  fields: (t) => ({
    roomId: t.id({
      required: true,
      description: 'The id of the lesson, classroom or relation whose chat was read.',
    }),
    upToSequence: t.int({
      required: true,
      description:
        'The sequence of the last message that was read; beyond the end of the room it is the end.',
    }),
  }),
});

builder.mutationField('markRead', (t) =>
  t.field({
    type: RoomPayload,
    description:
      "Moves the viewer's read marker up to a message, never down. UNAUTHENTICATED, VALIDATION_ERROR, ROOM_NOT_FOUND.",
    args: { input: t.arg({ type: MarkReadInput, required: true, description: 'How far.' }) },
    resolve: async (_root, args, context) => {
      const { roomId, upToSequence } = parseArgs(markReadArgs, args).input;
      return { room: await context.services.chats.markRead(requireViewer(context), roomId, upToSequence) };
    },
  }),
);
