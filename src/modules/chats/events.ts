import type { ChannelEvent, NewEvent } from '../../channels/events.js';
import type { RoomKey, RoomKind } from './rooms.js';

/** The channel of a room: its messages. */
export function chatChannel(roomId: string): string {
  return `chat:${roomId}`;
}

/** The room of a channel, or null when it is no room's. */
export function roomOfChannel(channel: string): string | null {
  return channel.startsWith('chat:') ? channel.slice('chat:'.length) : null;
}

/** The channel of what concerns one user in all rooms. */
export function inboxChannel(userId: string): string {
  return `inbox:${userId}`;
}

/** The kind of the event of a new message; its payload is `{messageId}`. */
export const messageSentKind = 'message.sent';

/** The message that an event of a room is about. */
export function messageIdOf(event: ChannelEvent): string {
  const { messageId } = event.payload;
  if (typeof messageId !== 'string') throw new Error(`the event ${event.kind} names no message`);
  return messageId;
}

/** Tells a user's devices that the read marker of a room has moved up. */
export function readMoved(userId: string, room: RoomKey, upToSequence: number): NewEvent {
  return {
    channel: inboxChannel(userId),
    kind: 'read.moved',
    actorId: userId,
    payload: { roomId: room.id, kind: room.kind, upToSequence },
  };
}

/** What an event of an inbox says. */
export function readMovedOf({ payload }: ChannelEvent): {
  readonly roomId: string;
  readonly kind: RoomKind;
  readonly upToSequence: number;
} {
  return {
    roomId: String(payload['roomId']),
    kind: (payload['kind'] as RoomKind | undefined) ?? 'lesson',
    upToSequence: Number(payload['upToSequence']),
  };
}
