import { accessLost, type NewEvent } from '../channels/events.js';
import { boardChannel } from '../modules/boards/events.js';
import { chatChannel } from '../modules/chats/events.js';

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
