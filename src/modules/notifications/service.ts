import type { Channels } from '../../channels/channels.js';
import type { Cursor } from '../../channels/cursor.js';
import type { StreamItem } from '../../channels/events.js';
import type { Database } from '../../platform/database/database.js';
import type { NotificationQueue } from '../../queue/queue.js';
import type { QueueStats } from '../../queue/states.js';
import { AppError } from '../../shared/errors.js';
import { encodeId } from '../../shared/ids.js';
import { type Connection, type Page, toConnection } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import { notificationsChannel, notificationsRead } from './events.js';
import { canSeeQueue, readableUserId } from './policy.js';
import {
  countUnread,
  findNotifications,
  listNotifications,
  markRead,
  type NotificationView,
  type Owner,
} from './store.js';

/** A page of the viewer's notifications, with the end of their channel from before it was read. */
export interface NotificationList extends Connection<NotificationView> {
  readonly eventCursor: Cursor;
}

/** What was marked read, and what is left. */
export interface Marked {
  readonly notifications: readonly NotificationView[];
  readonly unreadCount: number;
}

/** What the viewer is told. Nobody sees another's notifications: they are NOTIFICATION_NOT_FOUND. */
export interface NotificationService {
  /** The newest first. */
  notifications(viewer: Viewer, unreadOnly: boolean, page: Page): Promise<NotificationList>;
  /** Exact. */
  unreadCount(viewer: Viewer): Promise<number>;
  /** In the order of `ids`, in one statement; NOTIFICATION_NOT_FOUND in the place of one that is not the viewer's. */
  notificationsByIds(viewer: Viewer, ids: readonly string[]): Promise<(NotificationView | AppError)[]>;
  /** All of `ids` or none: NOTIFICATION_NOT_FOUND when one is not the viewer's. Marking again changes nothing. */
  markRead(viewer: Viewer, ids: readonly string[]): Promise<Marked>;
  /** Marks whatever is unread; gives the newest hundred of those that it marked. */
  markAllRead(viewer: Viewer): Promise<Marked>;
  /** The state of the school's part of the queue. Fails with FORBIDDEN to all but admins. */
  queueStats(viewer: Viewer): Promise<QueueStats>;
  /** The viewer's notification events after a cursor and then live. */
  follow(viewer: Viewer, after: Cursor | null): AsyncIterableIterator<StreamItem, void, undefined>;
}

export interface NotificationServiceOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'append' | 'heads' | 'subscribe'>;
  readonly queue: Pick<NotificationQueue, 'getStatsOf'>;
}

const maxMarkedShown = 100;

/** Creates the service. */
export function createNotificationService(options: NotificationServiceOptions): NotificationService {
  const { database, channels, queue } = options;

  /** One change: the rows, then the event that tells the viewer's other devices; nothing is told when nothing changed. */
  function mark(viewer: Viewer, ids: readonly string[] | null): Promise<Marked> {
    const owner = ownerOf(viewer);
    return database.transaction(async (tx) => {
      const marked = await markRead(tx, owner, ids);
      const shown = ids ?? marked.slice(0, maxMarkedShown);
      const notifications = inOrder(shown, await findNotifications(tx, owner, shown));
      const missing = shown.filter((_id, index) => !notifications[index]);
      if (missing.length > 0) throw notFound(missing);
      const unreadCount = await countUnread(tx, owner);
      await channels.append(tx, notificationsRead(owner.userId, marked));
      return { notifications: notifications.filter((found) => found !== undefined), unreadCount };
    });
  }

  return {
    async notifications(viewer, unreadOnly, page) {
      const owner = ownerOf(viewer);
      const channel = notificationsChannel(owner.userId);
      // Before the rows: what is committed in between comes again as an event, and nothing is missed.
      const heads = await channels.heads([channel]);
      const rows = await listNotifications(database, owner, unreadOnly, page);
      const connection = toConnection(rows, page, ({ createdAt, id }) => [createdAt.toISOString(), id]);
      return { ...connection, eventCursor: heads.get(channel) ?? { channel, seq: 0, tag: '0' } };
    },

    unreadCount: (viewer) => countUnread(database, ownerOf(viewer)),

    async notificationsByIds(viewer, ids) {
      const found = inOrder(ids, await findNotifications(database, ownerOf(viewer), ids));
      return found.map((notification) => notification ?? new AppError('NOTIFICATION_NOT_FOUND'));
    },

    markRead: (viewer, ids) => mark(viewer, [...new Set(ids)]),
    markAllRead: (viewer) => mark(viewer, null),

    async queueStats(viewer) {
      if (!canSeeQueue(viewer)) throw new AppError('FORBIDDEN');
      return queue.getStatsOf(viewer.organizationId);
    },

    follow(viewer, after) {
      const { userId } = ownerOf(viewer);
      // The channel is the viewer's own: there is no more to ask.
      const authorize = async () => {};
      const channel = notificationsChannel(userId);
      return channels.subscribe({ channel, after, userId, accessClass: 'owner', authorize });
    },
  };
}

function ownerOf(viewer: Viewer): Owner {
  return { organizationId: viewer.organizationId, userId: readableUserId(viewer) };
}

function inOrder(
  ids: readonly string[],
  found: readonly NotificationView[],
): (NotificationView | undefined)[] {
  const byId = new Map(found.map((notification) => [notification.id, notification]));
  return ids.map((id) => byId.get(id));
}

function notFound(ids: readonly string[]): AppError {
  const problems = ids.map((id) => ({ rule: 'THERE_IS_NO', id: encodeId('notification', id) }) as const);
  return new AppError('NOTIFICATION_NOT_FOUND', { 'input.ids': problems });
}
