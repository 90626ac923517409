import { createChannelRows, newTag } from '../../channels/append.js';
import type { Channels } from '../../channels/channels.js';
import { createCombiner } from '../../channels/combine.js';
import type { ChannelEvent } from '../../channels/events.js';
import type { Turns } from '../../channels/turns.js';
import type { Database } from '../../platform/database/database.js';
import { violates } from '../../platform/database/failures.js';
import { presentCause } from '../../platform/tracing/cause.js';
import { AppError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { chatChannel, messageKinds } from './events.js';
import { findByClientId, type MessageView } from './message-store.js';
import type { Room, RoomKind } from './rooms.js';
import { type NewMessage, runSend, type SendResult } from './send-statement.js';

/** What a client says. */
export interface Draft {
  readonly body: string;
  readonly clientMessageId: string | null;
  readonly replyToId: string | null;
  /** Whom it names: people who are in the room. */
  readonly mentionIds: readonly string[];
}

export interface SendOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'committed'>;
  readonly turns: Turns;
  /** Seconds after which those who have not read a message are told of it. */
  readonly unreadMessageDelaySeconds: number;
  /** Told of every message that was sent, for metrics. */
  readonly onSent?: (roomKind: RoomKind) => void;
  /** Called when there is something to tell at once: those whom a message mentions. */
  readonly onMention?: () => void;
}

/** A message on its way into a room. */
interface Sending {
  readonly room: Room;
  readonly message: NewMessage;
}

/** Messages in one statement at most. */
const maxTogether = 25;
/** What one of several messages violates alone: its twin came on another node, or what it answers has just gone. */
const ofOneMessage = ['chat_message_client_id_key', 'chat_message_reply_to_id_fkey'];
/** More than this waiting for one room on a node are told to come again. */
const maxWaiting = 200;

/** Writes messages into rooms whose use was authorized; the statement asks again, since they may have waited. */
export function createSender(options: SendOptions) {
  const { database, channels, turns, unreadMessageDelaySeconds, onSent, onMention } = options;

  async function run(channel: string, sendings: readonly Sending[]): Promise<SendResult[]> {
    const [{ room }] = sendings as [Sending, ...Sending[]];
    const write = (messages: readonly NewMessage[]) =>
      runSend(database, {
        ...{ organizationId: room.organizationId, room, channel, messages },
        notifyAfterSeconds: unreadMessageDelaySeconds,
      });
    const messages = sendings.map(({ message }) => message);
    let results = await write(messages);
    if (results[0]?.channelMissing) {
      await createChannelRows(database, [channel]);
      results = await write(messages);
    }
    channels.committed(results.flatMap(({ message }, index) => eventsOf(channel, message, messages[index])));
    return results;
  }

  const combined = createCombiner<Sending, SendResult>({
    ...{ turns, maxTogether, maxWaiting },
    // One author's messages under one key are twins: the second must see the first.
    keyOf: ({ message: { id, authorId, clientMessageId } }) =>
      clientMessageId === null ? id : `${authorId} ${clientMessageId}`,
    run: (channel, sendings) =>
      run(channel, sendings).catch(async (error: unknown) => {
        if (sendings.length === 1 || !violates(error, ...ofOneMessage)) throw error;
        // One of them took the others with it.
        const results: SendResult[] = [];
        for (const sending of sendings) results.push(await runAlone(channel, sending));
        return results;
      }),
  });

  async function runAlone(channel: string, sending: Sending): Promise<SendResult> {
    try {
      const [result] = await run(channel, [sending]);
      return result as SendResult;
    } catch (error) {
      if (!violates(error, 'chat_message_client_id_key')) throw error;
      return { message: null, channelMissing: false, refused: false, twinId: sending.message.id };
    }
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

  /** The message; null when its author may not write in the room any more. */
  return async function send(room: Room, authorId: string, draft: Draft): Promise<MessageView | null> {
    const mentionItemId = draft.mentionIds.length > 0 ? newId() : null;
    const ids = { id: newId(), tag: newTag(), queueItemId: newId(), mentionItemId };
    const message = { ...draft, ...ids, authorId, cause: presentCause() };
    try {
      const { message: sent, refused, twinId } = await combined(chatChannel(room.id), { room, message });
      if (sent) {
        onSent?.(room.kind);
        if (mentionItemId) onMention?.();
        return sent;
      }
      if (refused) return null;
      if (twinId === null) throw new AppError('MESSAGE_NOT_FOUND');
    } catch (error) {
      if (!violates(error, 'chat_message_client_id_key')) throw error;
    }
    return repeated(room, authorId, draft);
  };
}

function eventsOf(channel: string, sent: MessageView | null, written?: NewMessage): ChannelEvent[] {
  if (!sent || !written) return [];
  const { id, sequence: seq, authorId: actorId, createdAt: occurredAt } = sent;
  const { tag, cause } = written;
  return [
    { channel, kind: messageKinds.sent, actorId, payload: { messageId: id }, seq, tag, occurredAt, cause },
  ];
}
