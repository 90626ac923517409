import type { Channels } from '../../channels/channels.js';
import { gather } from '../../channels/gather.js';
import { Mailbox } from '../../channels/mailbox.js';
import type { Database } from '../../platform/database/database.js';
import type { Signals } from '../../platform/signals/postgres-signals.js';
import { newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import { chatChannel } from '../chats/events.js';
import type { RoomKey } from '../chats/rooms.js';
import { endLease, enter, leave, type Place, readPresent, renewLease, type } from './store.js';
import { type PresenceItem, WatchedRoom } from './watched-room.js';

/** Who is in a room, and who is typing. Nothing here is durable. */
export interface PresenceService {
  /**
   * Who is in the room, then who comes, goes and types; to follow it is to be in it. Fails with ROOM_NOT_FOUND, and
   * with SUBSCRIPTION_REVOKED when access ends.
   */
  follow(viewer: Viewer, room: RoomKey): AsyncIterableIterator<PresenceItem, void, undefined>;
  /** Says whether the viewer, who is in the room, is typing; it lapses after 6 seconds. ROOM_NOT_FOUND, CLASSROOM_ARCHIVED. */
  setTyping(viewer: Viewer, room: RoomKey, typing: boolean): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export interface PresenceOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'subscribe'>;
  readonly signals: Signals;
  /** Fails with ROOM_NOT_FOUND unless the viewer may read the room now. */
  readonly requireRoom: (viewer: Viewer, room: RoomKey) => Promise<unknown>;
  /** Fails unless the viewer may write in the room now. */
  readonly requireWritableRoom: (viewer: Viewer, room: RoomKey) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
  readonly times?: Partial<PresenceTimes>;
}

/** Milliseconds. */
export interface PresenceTimes {
  /** Between two renewals of the node's lease, at which changes of which no signal came are found too. */
  readonly heartbeat: number;
  /** After the last connection has gone: a reload of a page is no absence. */
  readonly grace: number;
  readonly typing: number;
}

const defaultTimes: PresenceTimes = { heartbeat: 25_000, grace: 15_000, typing: 6_000 };
/** A node that does not renew its lease is gone after this, and all who were there through it. */
const leaseSeconds = 60;
const topic = 'presence';

/** Creates the presence of one node. */
export function createPresenceService(options: PresenceOptions): PresenceService {
  const { database, channels, signals, requireRoom, requireWritableRoom, onError } = options;
  const times = { ...defaultTimes, ...options.times };
  const nodeId = newId();
  const rooms = new Map<string, WatchedRoom>();
  /** How many connections a user has in a room here, and the timer that follows the last one. */
  const places = new Map<string, { count: number; going?: NodeJS.Timeout }>();
  const timers = new Set<NodeJS.Timeout>();
  let beat: NodeJS.Timeout | undefined;
  let unlisten = () => {};
  let leased: Promise<void> | null = null;

  const read = gather(async (roomIds: string[]) => {
    const found = await readPresent(database, roomIds);
    for (const [roomId, present] of found) rooms.get(roomId)?.show(present);
    return found;
  });
  const refresh = (roomId: string) => {
    if (rooms.has(roomId)) read(roomId).catch(onError);
  };
  const changed = (roomId: string) => signals.send(topic, roomId);
  const later = (milliseconds: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, milliseconds);
    timers.add(timer);
    return timer;
  };

  /** The lease comes before the first thing that is said under it. */
  async function arrive(place: Place): Promise<void> {
    leased ??= renewLease(database, nodeId, leaseSeconds);
    await leased;
    const key = `${place.roomId} ${place.userId}`;
    const here = places.get(key) ?? { count: 0 };
    places.set(key, here);
    here.count++;
    clearTimeout(here.going);
    if (here.count > 1) return;
    await enter(database, nodeId, place);
    changed(place.roomId);
  }

  function depart(place: Place): void {
    const key = `${place.roomId} ${place.userId}`;
    const here = places.get(key);
    if (!here || --here.count > 0) return;
    here.going = later(times.grace, () => {
      if (here.count > 0) return;
      places.delete(key);
      leave(database, nodeId, place).then(() => changed(place.roomId), onError);
    });
  }

  async function begin(mailbox: Mailbox<PresenceItem>, viewer: Viewer, key: RoomKey): Promise<void> {
    const place = { organizationId: viewer.organizationId, roomId: key.id, userId: viewer.userId };
    // The room's own channel tells when access ends.
    const access = channels.subscribe({
      channel: chatChannel(key.id),
      userId: viewer.userId,
      authorize: async () => {
        await requireRoom(viewer, key);
      },
    });
    mailbox.onEnd(() => void access.return());
    await access.next();
    await arrive(place);
    mailbox.onEnd(() => depart(place));
    const room = rooms.get(key.id) ?? new WatchedRoom();
    rooms.set(key.id, room);
    room.interest++;
    mailbox.onEnd(() => {
      room.unfollow(mailbox);
      if (--room.interest === 0) rooms.delete(key.id);
    });
    await read(key.id);
    room.follow(mailbox);
    for (let step = await access.next(); !step.done; ) step = await access.next();
    mailbox.end();
  }

  return {
    follow: (viewer, key) =>
      new Mailbox<PresenceItem>((mailbox) => {
        begin(mailbox, viewer, key).catch((error: unknown) => mailbox.end(error));
      }),

    async setTyping(viewer, key, typing) {
      await requireWritableRoom(viewer, key);
      const place = { organizationId: viewer.organizationId, roomId: key.id, userId: viewer.userId };
      await type(database, place, typing ? times.typing / 1_000 : 0);
      changed(key.id);
      if (typing) later(times.typing + 50, () => changed(key.id));
    },

    start() {
      unlisten = signals.listen(topic, refresh);
      beat = setInterval(() => {
        if (leased) renewLease(database, nodeId, leaseSeconds).catch(onError);
        for (const roomId of rooms.keys()) refresh(roomId);
      }, times.heartbeat);
    },

    async stop() {
      unlisten();
      clearInterval(beat);
      for (const timer of timers) clearTimeout(timer);
      if (leased) await endLease(database, nodeId).catch(onError);
    },
  };
}
