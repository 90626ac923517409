import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { type Context, requireViewer } from '../../graphql/context.js';
import { id, parseArgs, rule } from '../../graphql/input.js';
import { messageBody } from './mutations.js';
import { MessagePayload } from './types.js';

/** One emoji as Unicode recommends them for interchange, sequences such as flags and families included. */
const emojiPattern = '^\\p{RGI_Emoji}$';
const emoji = new RegExp(emojiPattern, 'v');

const editArgs = z.object({ input: z.object({ messageId: id('message'), body: messageBody }) });
const messageArgs = z.object({ input: z.object({ messageId: id('message') }) });
const reactionArgs = z.object({
  input: z.object({
    messageId: id('message'),
    emoji: z.string().refine((value) => value.length <= 64 && emoji.test(value), rule({ rule: 'ONE_EMOJI' })),
  }),
});

const EditMessageInput = builder.inputType('EditMessageInput', {
  description: 'Another text for a message.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message.' }),
    body: t.string({ required: true, description: 'The text, by the rules of `SendMessageInput.body`.' }),
  }),
});

const MessageActionInput = builder.inputType('MessageActionInput', {
  description: 'The message to act on.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'Its id.' }) }),
});

const ReactionInput = builder.inputType('ReactionInput', {
  description: 'A reaction to a message.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message.' }),
    emoji: t.string({ required: true, description: 'One emoji.' }),
  }),
});

async function react(action: 'addReaction' | 'removeReaction', args: unknown, context: Context) {
  const viewer = requireViewer(context);
  const { messageId, emoji: given } = parseArgs(reactionArgs, args).input;
  return { message: await context.services.chats.changes[action](viewer, messageId, given) };
}

builder.mutationFields((t) => ({
  editMessage: t.field({
    type: MessagePayload,
    description:
      'Its author gives a message another text. UNAUTHENTICATED, VALIDATION_ERROR, MESSAGE_NOT_FOUND, MESSAGE_DELETED, CLASSROOM_ARCHIVED, FORBIDDEN.',
    args: { input: t.arg({ type: EditMessageInput, required: true, description: 'Which, and the text.' }) },
    resolve: async (_root, args, context) => {
      const { messageId, body } = parseArgs(editArgs, args).input;
      const { changes } = context.services.chats;
      return { message: await changes.editMessage(requireViewer(context), messageId, body) };
    },
  }),

  deleteMessage: t.field({
    type: MessagePayload,
    description:
      'Its author, or the tutor or a co-tutor of the room, deletes a message: it keeps its place and loses text, reactions and mentions. A second time changes nothing. UNAUTHENTICATED, VALIDATION_ERROR, MESSAGE_NOT_FOUND, CLASSROOM_ARCHIVED, FORBIDDEN.',
    args: { input: t.arg({ type: MessageActionInput, required: true, description: 'Which.' }) },
    resolve: async (_root, args, context) => {
      const { messageId } = parseArgs(messageArgs, args).input;
      const { changes } = context.services.chats;
      return { message: await changes.deleteMessage(requireViewer(context), messageId) };
    },
  }),

  addReaction: t.field({
    type: MessagePayload,
    description:
      'The viewer answers a message with an emoji; a second time changes nothing. A message has at most 20 different ones. UNAUTHENTICATED, VALIDATION_ERROR, MESSAGE_NOT_FOUND, MESSAGE_DELETED, CLASSROOM_ARCHIVED.',
    args: { input: t.arg({ type: ReactionInput, required: true, description: 'Which, and the emoji.' }) },
    resolve: (_root, args, context) => react('addReaction', args, context),
  }),

  removeReaction: t.field({
    type: MessagePayload,
    description:
      'The viewer takes a reaction back; without one nothing changes. UNAUTHENTICATED, VALIDATION_ERROR, MESSAGE_NOT_FOUND, CLASSROOM_ARCHIVED.',
    args: { input: t.arg({ type: ReactionInput, required: true, description: 'Which, and the emoji.' }) },
    resolve: (_root, args, context) => react('removeReaction', args, context),
  }),
}));
