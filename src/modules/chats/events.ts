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

/** The kinds of a room's events; the payload of each is `{messageId}`. */
export const messageKinds = {
  sent: 'message.sent',
  edited: 'message.edited',
  deleted: 'message.deleted',
  reacted: 'reactions.changed',
} as const;

/** What happened to a message. */
export type MessageChange = keyof typeof messageKinds;

/** The event of a change of a message. */
export function messageChanged(
  roomId: string,
  messageId: string,
  change: Exclude<MessageChange, 'sent'>,
  actorId: string,
): NewEvent {
  return { channel: chatChannel(roomId), kind: messageKinds[change], actorId, payload: { messageId } };
}

/** The message that an event of a room is about. */
export function messageIdOf(event: ChannelEvent): string {
  const { messageId } = event.payload;
  if (typeof messageId !== 'string') throw new Error(`the event ${event.kind} names no message`);
  return messageId;
}

const readMovedKind = 'read.moved';
const membershipChangedKind = 'membership.changed';

/** Tells a user's devices that the read marker of a room has moved up. */
export function readMoved(userId: string, room: RoomKey, upToSequence: number): NewEvent {
  return {
    channel: inboxChannel(userId),
    kind: readMovedKind,
    actorId: userId,
    payload: { roomId: room.id, kind: room.kind, upToSequence },
  };
}

/** Tells a user's devices that they are, or are not any more, in a room. */
export function membershipChanged(userId: string, room: RoomKey, member: boolean, actorId: string): NewEvent {
  return {
    channel: inboxChannel(userId),
    kind: membershipChangedKind,
    actorId,
    payload: { roomId: room.id, kind: room.kind, member },
  };
}

/** What an event of an inbox says: how far a room was read, or whether its user is in it. */
export interface InboxNews {
  readonly room: RoomKey;
  readonly upToSequence: number;
  readonly member: boolean;
}

/** The payload of an event out of an inbox. */
export function inboxNewsOf({ payload }: ChannelEvent): InboxNews {
  const kind = (payload['kind'] as RoomKind | undefined) ?? 'lesson';
  return {
    room: { kind, id: String(payload['roomId']) },
    upToSequence: Number(payload['upToSequence'] ?? 0),
    member: payload['member'] === true,
  };
}

/** Whether an event of an inbox is about the membership of a room; else it is about how far one was read. */
export function isMembershipChange({ kind }: ChannelEvent): boolean {
  return kind === membershipChangedKind;
}
