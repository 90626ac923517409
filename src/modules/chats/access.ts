import { accessLost, type NewEvent } from '../../channels/events.js';
import type { Queryable } from '../../platform/database/database.js';
import { chatChannel } from './events.js';
import { findLessonRoomsOfPair } from './room-store.js';

/**
 * The events that end the subscriptions of a tutor and a student to the chats of their lessons; append them in the
 * transaction that ends their relation. Rooms without a message are among them: they may be followed too.
 */
export async function chatAccessLost(
  on: Queryable,
  relation: { readonly organizationId: string; readonly tutorId: string; readonly studentId: string },
): Promise<NewEvent[]> {
  const rooms = await findLessonRoomsOfPair(on, relation);
  const people = [relation.tutorId, relation.studentId];
  return rooms.map((id) => accessLost(chatChannel(id), people, null));
}
