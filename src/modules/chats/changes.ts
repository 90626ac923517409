import type { Channels } from '../../channels/channels.js';
import type { Turns } from '../../channels/turns.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { AppError, invalid } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import {
  deleteMessage,
  hasReacted,
  insertReaction,
  maxReactions,
  removeReaction,
  saveBody,
} from './change-store.js';
import { chatChannel, type MessageChange, messageChanged } from './events.js';
import { findMessages, type MessageKey, type MessageView } from './message-store.js';
import { canDeleteMessage, canEditMessage } from './policy.js';
import type { RoomAccess } from './room-access.js';
import type { Room } from './rooms.js';

export interface MessageChangesOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'append'>;
  readonly turns: Turns;
  readonly access: Pick<RoomAccess, 'readableRooms' | 'requireWritableRoom'>;
}

/** What is done to a message. */
interface Change {
  readonly kind: Exclude<MessageChange, 'sent'>;
  /** Throws when the viewer may not, or the message as it is does not allow it. */
  readonly check: (room: Room, message: MessageView) => void;
  /** False when nothing was to be done. */
  readonly write: (tx: UnitOfWork, key: MessageKey) => Promise<boolean>;
}

/**
 * The changes of messages that are there. Each gives the message as it is then; what changes nothing appends no event.
 * An absent message and one of a room that the viewer may not read are both MESSAGE_NOT_FOUND.
 */
export function createMessageChanges({ database, channels, turns, access }: MessageChangesOptions) {
  async function find(viewer: Viewer, id: string): Promise<MessageView> {
    const [message] = await findMessages(database, viewer.organizationId, [id]);
    if (!message) throw new AppError('MESSAGE_NOT_FOUND');
    return message;
  }

  async function apply(viewer: Viewer, id: string, { kind, check, write }: Change): Promise<MessageView> {
    const { roomId } = await find(viewer, id);
    if (!(await access.readableRooms(viewer, [roomId])).has(roomId)) throw new AppError('MESSAGE_NOT_FOUND');
    await turns.inTurn(chatChannel(roomId), async () => {
      // Asked when it is our turn: who was removed while others wrote is too late.
      const message = await find(viewer, id);
      const room = await access.requireWritableRoom(viewer, { kind: message.roomKind, id: roomId });
      check(room, message);
      await database.transaction(async (tx) => {
        if (!(await write(tx, { organizationId: viewer.organizationId, id }))) return;
        await channels.append(tx, [messageChanged(roomId, id, kind, viewer.userId)]);
      });
    });
    return find(viewer, id);
  }

  function requireThere({ deletedAt }: MessageView): void {
    if (deletedAt) throw new AppError('MESSAGE_DELETED');
  }

  return {
    /** Its author gives a message another text. FORBIDDEN, MESSAGE_DELETED. */
    editMessage: (viewer: Viewer, id: string, body: string) =>
      apply(viewer, id, {
        kind: 'edited',
        check: (_room, message) => {
          if (!canEditMessage(viewer, message)) throw new AppError('FORBIDDEN');
          requireThere(message);
        },
        write: (tx, key) => saveBody(tx, key, body),
      }),

    /** Its author, or who leads the room, deletes a message; a second time changes nothing. FORBIDDEN. */
    deleteMessage: (viewer: Viewer, id: string) =>
      apply(viewer, id, {
        kind: 'deleted',
        check: (room, message) => {
          if (!canDeleteMessage(viewer, room, message)) throw new AppError('FORBIDDEN');
        },
        write: (tx, key) => deleteMessage(tx, key, viewer.userId),
      }),

    /**
     * The school removes a message of whatever room, and does `also` in the same transaction; who may was asked before.
     * A message that is gone already is no error.
     */
    async removeForSchool(
      { organizationId, userId }: Viewer,
      id: string,
      also: (tx: UnitOfWork) => Promise<void>,
    ): Promise<void> {
      const [message] = await findMessages(database, organizationId, [id]);
      const remove = () =>
        database.transaction(async (tx) => {
          const removed = await deleteMessage(tx, { organizationId, id }, null);
          await also(tx);
          if (message && removed)
            await channels.append(tx, [messageChanged(message.roomId, id, 'deleted', userId)]);
        });
      await (message ? turns.inTurn(chatChannel(message.roomId), remove) : remove());
    },

    /** The viewer answers a message with an emoji; a second time changes nothing. MESSAGE_DELETED, VALIDATION_ERROR past 20 different ones. */
    async addReaction(viewer: Viewer, id: string, emoji: string): Promise<MessageView> {
      let refused = false;
      const message = await apply(viewer, id, {
        kind: 'reacted',
        check: (_room, found) => requireThere(found),
        write: async (tx, key) => {
          const added = await insertReaction(tx, key, viewer.userId, emoji);
          refused = !added && !(await hasReacted(tx, key, viewer.userId, emoji));
          return added;
        },
      });
      if (refused) throw invalid('input.emoji', { rule: 'AT_MOST_REACTIONS', max: maxReactions });
      return message;
    },

    /** The viewer takes a reaction back; without one nothing changes. */
    removeReaction: (viewer: Viewer, id: string, emoji: string) =>
      apply(viewer, id, {
        kind: 'reacted',
        check: () => {},
        write: (tx, key) => removeReaction(tx, key, viewer.userId, emoji),
      }),
  };
}

/** The changes of messages, as `createMessageChanges` makes them. */
export type MessageChanges = ReturnType<typeof createMessageChanges>;
