import { accessLost, type NewEvent } from '../channels/events.js';
import { boardChannel } from '../modules/boards/events.js';
import { chatChannel, membershipChanged } from '../modules/chats/events.js';
import { readAll } from '../modules/chats/read-store.js';
import type { ClassroomRooms } from '../modules/classrooms/rooms.js';

/** The channels of a room, which those lose together who lose the room: a part that gives rooms another one adds it here. */
const roomChannels: readonly ((roomId: string) => string)[] = [chatChannel, boardChannel];

/** The events that end these people's subscriptions to everything in the rooms; append them in the transaction that takes the rooms away. */
export function roomAccessLost(
  roomIds: readonly string[],
  userIds: readonly string[],
  actorId: string | null,
): NewEvent[] {
  return roomIds.flatMap((id) =>
    roomChannels.map((channelOf) => accessLost(channelOf(id), userIds, actorId)),
  );
}

/** What somebody's coming and going means to the rooms of a classroom. */
export const classroomRooms: ClassroomRooms = {
  enter: (tx, classroomId, userId) => readAll(tx, userId, classroomId, chatChannel(classroomId)),
  membershipChanged: (userId, id, member, actorId) =>
    membershipChanged(userId, { kind: 'classroom', id }, member, actorId),
  accessLost: (classroomId, userIds, actorId) => roomAccessLost([classroomId], userIds, actorId),
};
