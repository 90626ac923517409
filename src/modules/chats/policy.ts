import type { Viewer } from '../../shared/viewer.js';
import type { Room } from './rooms.js';

/**
 * Whether the viewer may read and write in the room: a participant, while the room is open. Admins of the school may
 * not: a chat is private to those who are in it.
 */
export function canUseRoom(viewer: Viewer, room: Room): boolean {
  return (
    room.organizationId === viewer.organizationId && room.open && room.participantIds.includes(viewer.userId)
  );
}
