import { gather } from '../../channels/gather.js';
import type { Queryable } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { groupBy } from '../../shared/group-by.js';
import type { Viewer } from '../../shared/viewer.js';
import { canReadRoom, canWriteInRoom, type Reader } from './policy.js';
import { findRooms } from './room-store.js';
import type { Room, RoomKey } from './rooms.js';

/** Who may use which room. A `Room` is only given to who may read it. */
export interface RoomAccess {
  /** Those of the rooms that the viewer may read now, by id: one statement. */
  readableRooms(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Room>>;
  /** Fails with ROOM_NOT_FOUND unless the viewer may read the room now. Many who ask at once are answered together. */
  requireRoom(viewer: Reader, room: RoomKey): Promise<Room>;
  /** Fails with ROOM_NOT_FOUND like `requireRoom`, and with CLASSROOM_ARCHIVED when the room can only be read. */
  requireWritableRoom(viewer: Viewer, room: RoomKey): Promise<Room>;
  /** Fails with VALIDATION_ERROR unless all of these people are in the room: whoever is not is told apart from nobody. */
  requireInRoom(room: Room, userIds: readonly string[]): Promise<void>;
}

/** Who has written where is remembered for so many people and rooms. */
const maxWriters = 10_000;

/** Those who have just written in a room: whoever writes again is asked about by the statement that writes alone. */
export class RecentWriters {
  readonly #rooms = new Map<string, Room>();

  /** The room in which this user has just written, as it was then; null for anyone else. */
  get({ userId, organizationId }: Viewer, { id }: RoomKey): Room | null {
    return this.#rooms.get(`${organizationId} ${id} ${userId}`) ?? null;
  }

  add({ userId, organizationId }: Viewer, room: Room): void {
    const key = `${organizationId} ${room.id} ${userId}`;
    this.#rooms.delete(key);
    this.#rooms.set(key, room);
    const [oldest] = this.#rooms.keys();
    if (this.#rooms.size > maxWriters && oldest !== undefined) this.#rooms.delete(oldest);
  }

  delete({ userId, organizationId }: Viewer, { id }: RoomKey): void {
    this.#rooms.delete(`${organizationId} ${id} ${userId}`);
  }
}

/** Creates the access to rooms. */
export function createRoomAccess(on: Queryable): RoomAccess {
  const gathered = gather(async (keys: string[]) => {
    const found = new Map<string, Room>();
    const asked = keys.map((key) => {
      const [organizationId = '', roomId = '', userId = ''] = key.split(' ');
      return { organizationId, roomId, userId };
    });
    for (const [school, ofSchool] of groupBy(asked, ({ organizationId }) => organizationId)) {
      for (const { roomId, userId, room } of await findRooms(on, school, ofSchool))
        found.set(`${school} ${roomId} ${userId}`, room);
    }
    return found;
  });

  async function requireRoom(viewer: Reader, { id, kind }: RoomKey): Promise<Room> {
    const room = await gathered(`${viewer.organizationId} ${id} ${viewer.userId}`);
    if (room?.kind !== kind || !canReadRoom(viewer, room)) throw new AppError('ROOM_NOT_FOUND');
    return room;
  }

  return {
    requireRoom,

    async readableRooms(viewer, ids) {
      const { organizationId, userId } = viewer;
      const asked = [...new Set(ids)].map((roomId) => ({ roomId, userId }));
      const found = (await findRooms(on, organizationId, asked)).map(({ room }) => room);
      return new Map(found.filter((room) => canReadRoom(viewer, room)).map((room) => [room.id, room]));
    },

    async requireInRoom({ organizationId, id }, userIds) {
      if (userIds.length === 0) return;
      const asked = userIds.map((userId) => ({ roomId: id, userId }));
      const found = await findRooms(on, organizationId, asked);
      const there = new Set(found.filter(({ room }) => room.standing !== null).map(({ userId }) => userId));
      const fields = userIds.flatMap((userId, index) =>
        there.has(userId) ? [] : [[`input.mentionIds.${index}`, [{ rule: 'IN_ROOM' as const }]]],
      );
      if (fields.length > 0) throw new AppError('VALIDATION_ERROR', Object.fromEntries(fields));
    },

    async requireWritableRoom(viewer, key) {
      const room = await requireRoom(viewer, key);
      if (!canWriteInRoom(viewer, room)) throw new AppError('CLASSROOM_ARCHIVED');
      return room;
    },
  };
}
