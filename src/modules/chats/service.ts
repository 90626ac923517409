import type { Channels } from '../../channels/channels.js';
import type { Cursor } from '../../channels/cursor.js';
import { createTurns } from '../../channels/turns.js';
import { AppError } from '../../shared/errors.js';
import { type Connection, mapConnection, type Page, toConnection } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import { findMentions, findReactions, type ReactionCount } from './attached-store.js';
import { createMessageChanges, type MessageChanges } from './changes.js';
import { chatChannel, inboxChannel, readMoved } from './events.js';
import { createInboxes, type InboxItem } from './inbox.js';
import { type RoomPage, readMessagePages } from './message-pages.js';
import { findMessages, type MessageView } from './message-store.js';
import { countUnread, moveMarkerUp } from './read-store.js';
import { createRoomAccess, RecentWriters, type RoomAccess } from './room-access.js';
import { findParticipants, listRooms } from './room-store.js';
import type { Room, RoomKey } from './rooms.js';
import { createSender, type Draft, type SendOptions } from './send.js';
import { type ChatItem, createMessageReader, withMessages } from './stream.js';

/** Rooms with the end of the viewer's inbox, read in one statement with them. */
export interface RoomList extends Connection<Room> {
  readonly eventCursor: Cursor;
}

/**
 * The chats of rooms. A `Room` is only given to who may use it, so that what takes one needs no other check. An
 * absent room and a forbidden one are both ROOM_NOT_FOUND.
 */
export interface ChatService extends Pick<RoomAccess, 'requireRoom' | 'requireWritableRoom'> {
  roomsByIds(viewer: Viewer, ids: readonly string[]): Promise<(Room | AppError)[]>;
  rooms(viewer: Viewer, page: Page): Promise<RoomList>;
  /** Oldest first. Rooms with the same page share one statement. Around an absent message MESSAGE_NOT_FOUND. */
  messagePages(pages: readonly RoomPage[]): Promise<(Connection<MessageView> | AppError)[]>;
  /** The viewer's unread messages in each room, at most 100: one statement. */
  unreadCounts(viewer: Viewer, rooms: readonly Pick<Room, 'id'>[]): Promise<number[]>;
  /** An absent message and a forbidden one are both MESSAGE_NOT_FOUND. */
  messagesByIds(viewer: Viewer, ids: readonly string[]): Promise<(MessageView | AppError)[]>;
  /** The same `clientMessageId` gives the same message. ROOM_NOT_FOUND, CLASSROOM_ARCHIVED, IDEMPOTENCY_KEY_REUSED, MESSAGE_NOT_FOUND, VALIDATION_ERROR (whom it names), SERVICE_UNAVAILABLE. */
  sendMessage(viewer: Viewer, room: RoomKey, draft: Draft): Promise<MessageView>;
  /** Changes of a message that is there: see `createMessageChanges`. */
  readonly changes: MessageChanges;
  /** The reactions to each message, the oldest first: one statement. */
  reactions(messages: readonly MessageView[]): Promise<ReactionCount[][]>;
  /** The ids of those whom each message names: one statement. */
  mentions(messages: readonly MessageView[]): Promise<string[][]>;
  /** Moves the viewer's read marker up, never down, and tells the viewer's devices if it has moved. */
  markRead(viewer: Viewer, room: RoomKey, upToSequence: number): Promise<Room>;
  /** The room's events after a cursor and then live, until access is lost. */
  follow(
    viewer: Viewer,
    room: RoomKey,
    after: Cursor | null,
  ): AsyncIterableIterator<ChatItem, void, undefined>;
  /** The viewer's inbox after a cursor and then live. */
  followInbox(viewer: Viewer, after: Cursor | null): AsyncIterableIterator<InboxItem, void, undefined>;
}

export interface ChatServiceOptions extends Omit<SendOptions, 'turns'> {
  readonly channels: Channels;
  /** Told what nobody waits for and failed: that activity in a room could not be told. */
  readonly onError: (error: unknown) => void;
}

/** More writers than this waiting for one channel on a node are told to come again. */
const maxWaitingWriters = 200;

/** Creates the service. */
export function createChatService(options: ChatServiceOptions): ChatService {
  const { database, channels } = options;
  const turns = createTurns({ maxWaiting: maxWaitingWriters });
  const send = createSender({ ...options, turns });
  const followInbox = createInboxes({
    channels,
    readRooms: (organizationId, ids) => findParticipants(database, organizationId, ids),
    onError: options.onError,
  });
  const readMessage = createMessageReader(database);
  const access = createRoomAccess(database);
  const writers = new RecentWriters();
  const { readableRooms, requireRoom, requireWritableRoom } = access;
  const changes = createMessageChanges({ database, channels, turns, access });

  return {
    async roomsByIds(viewer, ids) {
      const rooms = await readableRooms(viewer, ids);
      return ids.map((id) => rooms.get(id) ?? new AppError('ROOM_NOT_FOUND'));
    },

    async rooms(viewer, page) {
      const { rooms, inbox } = await listRooms(database, viewer.organizationId, viewer.userId, page);
      const connection = toConnection(rooms, page, ({ lastAt, madeAt, room }) => [
        ...[lastAt.toISOString(), madeAt.toISOString(), room.id],
      ]);
      return { ...mapConnection(connection, ({ room }) => room), eventCursor: inbox };
    },

    messagePages: (pages) => readMessagePages(database, pages),

    async unreadCounts(viewer, rooms) {
      const ids = [...new Set(rooms.map(({ id }) => id))];
      const counts = await countUnread(database, viewer.organizationId, viewer.userId, ids);
      return rooms.map(({ id }) => counts.get(id) ?? 0);
    },

    async messagesByIds(viewer, ids) {
      const messages = await findMessages(database, viewer.organizationId, ids);
      const rooms = await readableRooms(
        viewer,
        messages.map(({ roomId }) => roomId),
      );
      const readable = messages.filter(({ roomId }) => rooms.has(roomId));
      const found = new Map(readable.map((message) => [message.id, message]));
      return ids.map((id) => found.get(id) ?? new AppError('MESSAGE_NOT_FOUND'));
    },

    async sendMessage(viewer, key, draft) {
      // Who is in the room is told to nobody who is not: with mentions it is always asked.
      const known = draft.mentionIds.length === 0 ? writers.get(viewer, key) : null;
      const room = known ?? (await requireWritableRoom(viewer, key));
      if (room.kind !== key.kind) throw new AppError('ROOM_NOT_FOUND');
      await access.requireInRoom(room, draft.mentionIds);
      const sent = await send(room, viewer.userId, draft);
      if (sent) {
        writers.add(viewer, room);
        return sent;
      }
      // What has changed since they wrote last, or while the message waited for its turn.
      writers.delete(viewer, key);
      await requireWritableRoom(viewer, key);
      throw new AppError('ROOM_NOT_FOUND');
    },

    changes,

    async reactions(messages) {
      const found = await findReactions(database, [...new Set(messages.map(({ id }) => id))]);
      return messages.map(({ id }) => found.get(id) ?? []);
    },

    async mentions(messages) {
      const found = await findMentions(database, [...new Set(messages.map(({ id }) => id))]);
      return messages.map(({ id }) => (found.get(id) ?? []).map(({ userId }) => userId));
    },

    async markRead(viewer, key, upToSequence) {
      const room = await requireRoom(viewer, key);
      const move = () =>
        database.transaction(async (tx) => {
          const moved = await moveMarkerUp(tx, viewer.userId, room.id, chatChannel(room.id), upToSequence);
          if (moved !== null) await channels.append(tx, [readMoved(viewer.userId, room, moved)]);
        });
      await turns.inTurn(inboxChannel(viewer.userId), move);
      return room;
    },

    followInbox,
    requireRoom,
    requireWritableRoom,

    follow(viewer, key, after) {
      let since = 0;
      const items = channels.subscribe({
        channel: chatChannel(key.id),
        after,
        userId: viewer.userId,
        accessClass: 'participant',
        authorize: async () => {
          ({ since } = await requireRoom(viewer, key));
        },
        earliest: () => since,
      });
      return withMessages(items, viewer.organizationId, readMessage);
    },
  };
}
