import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs, rule, text } from '../../graphql/input.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { roomKey } from './rooms.js';
import type { FoundEdge, MessageSearchService } from './search.js';
import type { Snippet } from './snippet.js';
import { MessageConnection, MessageEdge } from './types.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly messageSearch: MessageSearchService;
  }
}

const TextRange = builder.objectRef<Snippet['highlights'][number]>('TextRange').implement({
  description: 'A part of a text, in UTF-16 code units, as JavaScript, Java and Swift count them.',
  fields: (t) => ({
    start: t.exposeInt('start', { description: 'Where it begins, from 0.' }),
    length: t.exposeInt('length', { description: 'How long it is.' }),
  }),
});

const MessageSnippet = builder.objectRef<Snippet>('MessageSnippet').implement({
  description:
    'The part of a message around what was found in it: plain text as it was sent, which has to be shown as text, never as HTML.',
  fields: (t) => ({
    text: t.exposeString('text', {
      description: 'At most 160 UTF-16 code units of the message, and … where it was cut.',
    }),
    highlights: t.field({
      type: [TextRange],
      description: 'Which parts of `text` were looked for: in order, never overlapping.',
      resolve: ({ highlights }) => highlights,
    }),
  }),
});

builder.objectField(MessageEdge, 'snippet', (t) =>
  t.field({
    type: MessageSnippet,
    nullable: true,
    description: 'Where what was looked for is in the message; null in a page that is no search.',
    resolve: (edge) => (edge as Partial<FoundEdge>).snippet ?? null,
  }),
);

const searchArgs = z.object({
  text: text(1, 200).refine((value) => /[\p{L}\p{N}]/u.test(value), rule({ rule: 'LETTER_OR_DIGIT' })),
  roomId: roomKey.nullish(),
});

builder.queryField('searchMessages', (t) =>
  t.field({
    type: MessageConnection,
    description:
      'The messages that have, for each word of the text, a word that begins with it, in whatever case and with whatever apostrophe: in one room, or in the 1,000 latest active of all that the viewer may read now. Those with more of the words whole come first, then the newest. Of a very frequent word the newest 1,000 or so are searched; deleted messages never are. What is sent after the first page is not in the next ones. UNAUTHENTICATED, VALIDATION_ERROR, ROOM_NOT_FOUND, SERVICE_UNAVAILABLE (it took too long).',
    args: {
      text: t.arg.string({
        required: true,
        description: 'Words or their beginnings: 1 to 200 characters with a letter or a digit.',
      }),
      roomId: t.arg.id({ description: 'The room to search; all of the viewer’s unless told.' }),
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const { text: words, roomId } = parseArgs(searchArgs, args);
      const { instant, integer, uuid } = keyPatterns;
      const page = parsePage(args, [instant, integer, instant, uuid]);
      return context.services.messageSearch.search(requireViewer(context), words, roomId ?? null, page);
    },
  }),
);
