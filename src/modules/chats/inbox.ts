import type { Channels } from '../../channels/channels.js';
import type { Cursor } from '../../channels/cursor.js';
import type { StreamItem } from '../../channels/events.js';
import { gather } from '../../channels/gather.js';
import { Mailbox } from '../../channels/mailbox.js';
import type { Viewer } from '../../shared/viewer.js';
import { chatChannel, inboxChannel, roomOfChannel } from './events.js';
import type { RoomParticipants } from './room-store.js';
import type { RoomKey } from './rooms.js';

/** Something new in a room of the viewer's: ephemeral, without a place in a channel. */
export interface RoomActivity {
  readonly type: 'activity';
  readonly room: RoomKey;
}

export type InboxItem = StreamItem | RoomActivity;

export interface InboxOptions {
  readonly channels: Pick<Channels, 'onGrown' | 'subscribe'>;
  /** Who is in the rooms of a school with these ids. */
  readonly readRooms: (organizationId: string, ids: readonly string[]) => Promise<RoomParticipants[]>;
  readonly onError: (error: unknown) => void;
}

/**
 * The inboxes of connected users. A message never appends to the channels of its readers; that a room's channel has
 * grown is routed here to those of its participants who are connected to this node, with one read of the rooms.
 */
export function createInboxes({ channels, readRooms, onError }: InboxOptions) {
  /** Open inboxes by school, then by user. */
  const schools = new Map<string, Map<string, Set<Mailbox<InboxItem>>>>();

  const route = gather(async (roomIds: string[]) => {
    for (const [organizationId, users] of schools) {
      for (const room of await readRooms(organizationId, roomIds)) {
        const activity: RoomActivity = { type: 'activity', room };
        for (const userId of room.participants)
          for (const inbox of users.get(userId) ?? []) inbox.push(chatChannel(room.id), activity);
      }
    }
    return new Map<string, never>();
  });

  channels.onGrown((channel) => {
    const roomId = schools.size > 0 ? roomOfChannel(channel) : null;
    if (roomId) route(roomId).catch(onError);
  });

  function open({ organizationId, userId }: Viewer, inbox: Mailbox<InboxItem>): void {
    const users = schools.get(organizationId) ?? new Map<string, Set<Mailbox<InboxItem>>>();
    const mine = users.get(userId) ?? new Set();
    schools.set(organizationId, users);
    users.set(userId, mine.add(inbox));
    inbox.onEnd(() => {
      mine.delete(inbox);
      if (mine.size === 0) users.delete(userId);
      if (users.size === 0) schools.delete(organizationId);
    });
  }

  /** The viewer's inbox after a cursor and then live, with the activity of their rooms. */
  return (viewer: Viewer, after: Cursor | null): AsyncIterableIterator<InboxItem, void, undefined> =>
    new Mailbox<InboxItem>((inbox) => {
      const { userId } = viewer;
      // The channel is the viewer's own: there is no more to ask.
      const items = channels.subscribe({
        channel: inboxChannel(userId),
        after,
        userId,
        authorize: async () => {},
      });
      inbox.onEnd(() => void items.return());
      open(viewer, inbox);
      const forward = async () => {
        for await (const item of items) inbox.push(`${item.type} ${item.cursor.seq}`, item);
      };
      forward().then(
        () => inbox.end(),
        (error: unknown) => inbox.end(error),
      );
    });
}
