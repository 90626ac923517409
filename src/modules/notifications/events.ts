import { z } from 'zod';
import type { ChannelEvent, NewEvent } from '../../channels/events.js';

/** The channel of what one user is told. */
export function notificationsChannel(userId: string): string {
  return `notifications:${userId}`;
}

const addedKind = 'notification.added';
const readKind = 'notifications.read';

const added = z.object({ notificationId: z.guid() });
const read = z.object({ ids: z.array(z.guid()) });

/** Ids in one event at most. */
const idsPerEvent = 100;

/** Tells that there is a notification, or that one was renewed. */
export function notificationAdded(userId: string, notificationId: string): NewEvent {
  const payload: z.input<typeof added> = { notificationId };
  return { channel: notificationsChannel(userId), kind: addedKind, actorId: null, payload };
}

/** Tells the user's devices which notifications were marked read: an event for every hundred. */
export function notificationsRead(userId: string, ids: readonly string[]): NewEvent[] {
  const events: NewEvent[] = [];
  for (let from = 0; from < ids.length; from += idsPerEvent) {
    const payload: z.input<typeof read> = { ids: ids.slice(from, from + idsPerEvent) };
    events.push({ channel: notificationsChannel(userId), kind: readKind, actorId: userId, payload });
  }
  return events;
}

/** The member of the union `NotificationEvent` that an event is. */
export function eventTypeNameOf({ kind, channel }: ChannelEvent): 'NotificationAdded' | 'NotificationsRead' {
  if (kind === addedKind) return 'NotificationAdded';
  if (kind === readKind) return 'NotificationsRead';
  throw new Error(`The channel ${channel} holds an event of kind ${kind}.`);
}

/** The notification that was added. */
export function addedIdOf(event: ChannelEvent): string {
  return added.parse(event.payload).notificationId;
}

/** The notifications that were marked read. */
export function readIdsOf(event: ChannelEvent): string[] {
  return read.parse(event.payload).ids;
}
