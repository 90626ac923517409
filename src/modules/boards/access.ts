import { accessLost, type NewEvent } from '../../channels/events.js';
import type { Queryable } from '../../platform/database/database.js';
import { findLessonRoomsOfPair } from '../chats/room-store.js';
import { boardChannel } from './events.js';

/** The events that end the subscriptions of a tutor and a student to the boards of their lessons. */
export async function boardAccessLost(
  on: Queryable,
  relation: { readonly organizationId: string; readonly tutorId: string; readonly studentId: string },
): Promise<NewEvent[]> {
  const rooms = await findLessonRoomsOfPair(on, relation);
  const people = [relation.tutorId, relation.studentId];
  return rooms.map((id) => accessLost(boardChannel(id), people, null));
}
