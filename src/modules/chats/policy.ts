import { may } from '../../shared/permissions.js';
import type { Viewer } from '../../shared/viewer.js';
import type { MessageView } from './message-store.js';
import type { Room } from './rooms.js';

/** All that counts of who reads or writes. */
export type Reader = Pick<Viewer, 'organizationId' | 'userId'>;

/**
 * Whether the viewer may read the room: who is in it now, by the rule of its kind. Admins of the school may not: a chat
 * is private to those who are in it.
 */
export function canReadRoom(viewer: Reader, room: Room): boolean {
  return room.organizationId === viewer.organizationId && room.standing !== null;
}

/** Whether the viewer may write in the room too. */
export function canWriteInRoom(viewer: Reader, room: Room): boolean {
  return canReadRoom(viewer, room) && room.writable;
}

/** Whether the viewer may change the text of a message: its author. */
export function canEditMessage(viewer: Viewer, message: Pick<MessageView, 'authorId'>): boolean {
  return message.authorId === viewer.userId;
}

/** Whether the viewer may delete a message of the room: its author, and who leads the room. */
export function canDeleteMessage(
  viewer: Viewer,
  room: Room,
  message: Pick<MessageView, 'authorId'>,
): boolean {
  return canEditMessage(viewer, message) || room.standing === 'leader';
}

/** Whether the viewer may say for how long the school keeps messages. */
export function canSetRetention(viewer: Viewer): boolean {
  return may(viewer, 'message:set-retention');
}
