import type { NewEvent } from '../../channels/events.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { endMembership, holdClassroomsOf } from './member-store.js';
import type { ClassroomRooms } from './rooms.js';
import { archiveClassrooms } from './store.js';

/**
 * Creates what happens to the classrooms of somebody who leaves for good: they leave those that they are in, and those
 * that they lead as tutor are archived. Lock the person first; gives the events to append.
 */
export function createClassroomLeaving(rooms: ClassroomRooms) {
  return async function leave(
    tx: UnitOfWork,
    { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
  ): Promise<NewEvent[]> {
    const held = await holdClassroomsOf(tx, organizationId, userId);
    const own = held.filter(({ tutor }) => tutor).map(({ id }) => id);
    if (own.length > 0) await archiveClassrooms(tx, organizationId, own);
    const events: NewEvent[] = [];
    for (const { id: classroomId, tutor } of held) {
      if (tutor) continue;
      await endMembership(tx, { organizationId, classroomId, userId });
      events.push(...rooms.accessLost(classroomId, [userId], userId));
    }
    return events;
  };
}
