import type { Viewer } from '../../shared/viewer.js';
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
