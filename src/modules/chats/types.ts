import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { selects } from '../../graphql/selection.js';
import { viewerDependent } from '../../graphql/sharing.js';
import { encodeId } from '../../shared/ids.js';
import { personOf, readPeople, UserRef } from '../accounts/schema.js';
import type { ReactionCount } from './attached-store.js';
import { parseMessagePage, type RoomPage } from './message-pages.js';
import type { MessageView } from './message-store.js';
import type { Room } from './rooms.js';
import type { RoomList } from './service.js';

const ReactionCountRef = builder.objectRef<ReactionCount>('ReactionCount').implement({
  description: 'How many have answered a message with an emoji.',
  fields: (t) => ({
    emoji: t.exposeString('emoji', { description: 'The emoji.' }),
    count: t.exposeInt('count', { description: 'How many people.' }),
    userIds: t.idList({
      description: 'Who: the first 20.',
      resolve: ({ userIds }) => userIds.map((id) => encodeId('user', id)),
    }),
  }),
});

/** A message. A field of this type may resolve to an id alone: all ids of an operation are read together. */
export const MessageRef = builder.loadableNodeRef('ChatMessage', {
  id: { resolve: (message: MessageView) => message.id },
  load: (ids: string[], context) => context.services.chats.messagesByIds(requireViewer(context), ids),
});
MessageRef.implement({
  description:
    'A message of a room. Seen by those who may use the room now; to anyone else MESSAGE_NOT_FOUND. A deleted one keeps its place and has no text.',
  fields: (t) => ({
    roomId: t.id({
      description: 'The id of the lesson, classroom or relation whose room it is in.',
      resolve: ({ roomKind, roomId }) => encodeId(roomKind, roomId),
    }),
    sequence: t.exposeInt('sequence', {
      description: 'Its place in the room, that of its MessageSent: rising, not dense.',
    }),
    version: t.exposeInt('version', {
      description: 'Counts changes, 1 at first: a lower version never overwrites a higher one in a cache.',
    }),
    author: t.field({
      type: UserRef,
      description: 'Who wrote it.',
      resolve: ({ authorId }, _args, context) => personOf(context, authorId),
    }),
    body: t.exposeString('body', {
      nullable: true,
      description: 'The text as it was sent; null once deleted.',
    }),
    replyTo: t.field({
      type: MessageRef,
      nullable: true,
      description: 'The message of the same room that it answers.',
      resolve: ({ replyToId }) => replyToId,
    }),
    mentions: t.loadableList({
      type: UserRef,
      description: 'Those whom it names, as its author said; none once deleted.',
      loaderOptions: { cache: false },
      resolve: (message) => message,
      load: (messages: MessageView[], context) => context.services.chats.mentions(messages),
    }),
    reactions: t.loadableList({
      type: ReactionCountRef,
      description: 'How others have answered it with an emoji, the oldest first; at most 20 different ones.',
      // Read anew after each mutation of an operation, which may have changed them.
      loaderOptions: { cache: false },
      resolve: (message) => message,
      load: (messages: MessageView[], context) => context.services.chats.reactions(messages),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was sent, by our clock.' }),
    editedAt: t.expose('editedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its text was last changed; null if never.',
    }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted; null if it is there.',
    }),
    deletedBy: t.field({
      type: UserRef,
      nullable: true,
      description:
        'Who deleted it: its author, or who led the room. Null if it is there, if it went with its author’s account, and if the school removed it.',
      resolve: ({ deletedById }) => deletedById,
    }),
    removedBySchool: t.exposeBoolean('removedBySchool', {
      description: 'Whether an admin of the school removed it after a report.',
    }),
  }),
});

/** A message in a page. */
export const MessageEdge = builder.edgeObject({
  type: MessageRef,
  name: 'ChatMessageEdge',
  description: 'A message in a page.',
});

/** A page of messages. */
export const MessageConnection = builder.connectionObject(
  {
    type: MessageRef,
    name: 'ChatMessageConnection',
    description: 'A page of messages: of a room, oldest first.',
  },
  MessageEdge,
);

/** A room. A field of this type may resolve to an id alone: all ids of an operation are read in one statement. */
export const RoomRef = builder.loadableNodeRef('ChatRoom', {
  id: { resolve: (room: Room) => room.id },
  load: (ids: string[], context) => context.services.chats.roomsByIds(requireViewer(context), ids),
});
RoomRef.implement({
  description:
    "The chat of a lesson or of a relation: of its tutor and its student while their relation is active. The chat of a classroom: of those who are in it. To anyone else, the school's admins too, ROOM_NOT_FOUND.",
  fields: (t) => ({
    roomId: t.id({
      description: 'The id of the lesson, classroom or relation whose room it is.',
      resolve: ({ kind, id }) => encodeId(kind, id),
    }),
    messages: t.loadable({
      type: MessageConnection,
      description: 'The messages, oldest first; `last: 50` is the newest page. VALIDATION_ERROR.',
      args: {
        first: t.arg.int({
          description: 'How many from the start or after a cursor: 20 unless told, at most 100.',
        }),
        after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
        last: t.arg.int({ description: 'How many from the end or before a cursor: at most 100.' }),
        before: t.arg.string({ description: 'The cursor of the edge before which to go on.' }),
        around: t.arg.id({
          description:
            'A message of the room to have in the middle, with those before and after it; with `first`, 20 unless told. MESSAGE_NOT_FOUND.',
        }),
      },
      resolve: (room, args, _context, info) => {
        const authors = selects(info, ['edges', 'node', 'author']);
        return { room, ...parseMessagePage(args), authors };
      },
      load: async (pages: (RoomPage & { readonly authors: boolean })[], context) => {
        const read = await context.services.chats.messagePages(pages);
        const shown = read.flatMap((page, index) =>
          page instanceof Error || !pages[index]?.authors ? [] : page.edges,
        );
        if (shown.length > 0)
          await readPeople(
            context,
            shown.map(({ node }) => node.authorId),
          );
        return read;
      },
    }),
    unreadCount: t.loadable({
      extensions: viewerDependent,
      type: 'Int',
      description: "How many of others' messages the viewer has not read; 100 stands for 100 and more.",
      // Read anew after each mutation of an operation, which may have changed it.
      loaderOptions: { cache: false },
      resolve: (room) => room,
      load: (rooms: Room[], context) => context.services.chats.unreadCounts(requireViewer(context), rooms),
    }),
    eventCursor: t.expose('eventCursor', {
      type: 'Cursor',
      description:
        'Read before the messages: subscribe to chatEvents with that of the first page and nothing is missed.',
    }),
  }),
});

const RoomEdge = builder.edgeObject({
  type: RoomRef,
  name: 'ChatRoomEdge',
  description: 'A room in a page.',
});

/** A page of rooms. */
export const RoomConnection = builder.objectRef<RoomList>('ChatRoomConnection').implement({
  description: 'A page of rooms.',
  fields: (t) => ({
    edges: t.expose('edges', { type: [RoomEdge], description: 'The rooms, latest activity first.' }),
    pageInfo: t.expose('pageInfo', {
      type: builder.pageInfoRef(),
      description: 'What lies beyond the page.',
    }),
    eventCursor: t.expose('eventCursor', {
      type: 'Cursor',
      description: "The position in the viewer's inbox that this page covers.",
    }),
  }),
});

/** What a change of a message gives. */
export const MessagePayload = builder
  .objectRef<{ readonly message: MessageView }>('ChatMessagePayload')
  .implement({
    description: 'The message after the change.',
    fields: (t) => ({
      message: t.field({ type: MessageRef, description: 'The message.', resolve: ({ message }) => message }),
    }),
  });

/** What a change of a room gives. */
export const RoomPayload = builder.objectRef<{ readonly room: Room }>('ChatRoomPayload').implement({
  description: 'The room after the change.',
  fields: (t) => ({
    room: t.field({ type: RoomRef, description: 'The room.', resolve: ({ room }) => room }),
  }),
});
