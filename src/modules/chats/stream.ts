import DataLoader from 'dataloader';
import type { StreamItem } from '../../channels/events.js';
import type { ChannelStream } from '../../channels/stream.js';
import type { Queryable } from '../../platform/database/database.js';
import { messageIdOf } from './events.js';
import { findMessagesOfSchools, type MessageKey, type MessageView } from './message-store.js';

type Durable = Extract<StreamItem, { type: 'event' }>;

/** An event of a room with its message as it is when the event is given out. */
export type MessageItem = Durable & { readonly message: MessageView };
export type ChatItem = MessageItem | Exclude<StreamItem, Durable>;

/** Reads the messages of events: whoever asks in the same turn of the event loop shares one statement. */
export function createMessageReader(on: Queryable): (key: MessageKey) => Promise<MessageView | null> {
  // Nothing is kept: a later reader must see a message that was edited or deleted meanwhile.
  const loader = new DataLoader((keys: readonly MessageKey[]) => findMessagesOfSchools(on, keys), {
    cache: false,
  });
  return (key) => loader.load(key);
}

/**
 * The items of a room's channel with their messages. The event of a message that was erased since is left out; any
 * other failure to read one ends the stream, so that nothing is skipped.
 */
export function withMessages(
  items: ChannelStream,
  organizationId: string,
  read: (key: MessageKey) => Promise<MessageView | null>,
): ChannelStream<ChatItem> {
  return items.map(async (item) => {
    if (item.type !== 'event') return item;
    const message = await read({ organizationId, id: messageIdOf(item.event) });
    return message && { ...item, message };
  });
}
