import { createChannelRows, newTag } from '../../channels/append.js';
import type { Channels } from '../../channels/channels.js';
import type { Database } from '../../platform/database/database.js';
import { violates } from '../../platform/database/failures.js';
import { AppError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { chatChannel, messageSentKind } from './events.js';
import { findByClientId, type MessageView } from './message-store.js';
import type { Room } from './rooms.js';
import { runSend } from './send-statement.js';

/** What a client says. */
export interface Draft {
  readonly body: string;
  readonly clientMessageId: string | null;
  readonly replyToId: string | null;
}

export interface SendOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'committed'>;
  /** Seconds after which those who have not read a message are told of it. */
  readonly unreadMessageDelaySeconds: number;
}

/** Writes messages into rooms whose use was authorized. */
export function createSender({ database, channels, unreadMessageDelaySeconds }: SendOptions) {
  async function write(room: Room, authorId: string, draft: Draft): Promise<MessageView | null> {
    const channel = chatChannel(room.id);
    const tag = newTag();
    const message = {
      ...draft,
      id: newId(),
      channel,
      organizationId: room.organizationId,
      roomKind: room.kind,
      roomId: room.id,
      authorId,
      tag,
      queueItemId: newId(),
      notifyAfterSeconds: unreadMessageDelaySeconds,
    };
    let result = await runSend(database, message);
    if (result.channelMissing) {
      await createChannelRows(database, [channel]);
      result = await runSend(database, message);
    }
    const sent = result.message;
    if (sent) {
      const payload = { messageId: sent.id };
      const event = { channel, kind: messageSentKind, actorId: authorId, payload, seq: sent.sequence, tag };
      channels.committed([{ ...event, occurredAt: sent.createdAt }]);
      return sent;
    }
    if (result.twinId === null) throw new AppError('MESSAGE_NOT_FOUND');
    return null;
  }

  /** The message of this key that is there already, if it is the same one. */
  async function repeated(room: Room, authorId: string, draft: Draft): Promise<MessageView> {
    const key = draft.clientMessageId ?? '';
    const twin = await findByClientId(database, room.organizationId, room.id, authorId, key);
    if (!twin) throw new Error('the message with the same key has vanished');
    const untouched = twin.editedAt === null && twin.deletedAt === null;
    // What the text was before an edit is not known any more: then the key alone decides.
    if (untouched && (twin.body !== draft.body || twin.replyToId !== draft.replyToId)) {
      throw new AppError('IDEMPOTENCY_KEY_REUSED', {
        'input.clientMessageId': [{ rule: 'OTHER_MESSAGE' }],
      });
    }
    return twin;
  }

  return async function send(room: Room, authorId: string, draft: Draft): Promise<MessageView> {
    try {
      const sent = await write(room, authorId, draft);
      if (sent) return sent;
    } catch (error) {
      if (!violates(error, 'chat_message_client_id_key')) throw error;
    }
    return repeated(room, authorId, draft);
  };
}
