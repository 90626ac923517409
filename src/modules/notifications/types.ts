import { brandWithType } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../../graphql/builder.js';
import { type Context, requireViewer } from '../../graphql/context.js';
import type { QueueStats } from '../../queue/states.js';
import { AppError } from '../../shared/errors.js';
import { decodeAnyId, idTypes } from '../../shared/ids.js';
import { textOf } from './event-types/registry.js';
import type { Marked, NotificationList } from './service.js';
import type { NotificationView } from './store.js';

/** A notification. A field of this type may resolve to an id alone: all ids of an operation are read in one statement. */
export const NotificationRef = builder.loadableNodeRef('Notification', {
  id: { resolve: (notification: NotificationView) => notification.id },
  load: (ids: string[], context) =>
    context.services.notifications.notificationsByIds(requireViewer(context), ids),
});
NotificationRef.implement({
  description:
    'Something that the viewer is told, in the language and the time zone of their profile. To anyone else NOTIFICATION_NOT_FOUND.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'What happened, such as `lesson.scheduled`.' }),
    title: t.string({
      description: 'What happened, in a line.',
      resolve: ({ type, data }, _args, context) => textOf(type, data, requireViewer(context)).title,
    }),
    body: t.string({
      description: 'The rest: with whom, when, why. May be empty.',
      resolve: ({ type, data }, _args, context) => textOf(type, data, requireViewer(context)).body,
    }),
    subject: t.field({
      type: builder.nodeInterfaceRef(),
      nullable: true,
      description: 'What it is about, as it is now; null when the viewer may no longer see it.',
      resolve: ({ subject }, _args, context, info) => loadSubject(subject, context, info),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the viewer was told; later when more of the same came before it was read.',
    }),
    readAt: t.expose('readAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was marked read; null while it is unread.',
    }),
  }),
});

type Loader = (context: Context) => { load(id: string): Promise<object> };

/**
 * Any node by its id, through the loader of its type: it sees no more than the viewer may, and shares one statement
 * with whatever else of that type the operation reads.
 */
async function loadSubject(
  subject: string | null,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<object | null> {
  const decoded = subject === null ? null : decodeAnyId(subject);
  if (!decoded) return null;
  const type = idTypes[decoded.kind];
  const loader = info.schema.getType(type)?.extensions['getDataloader'] as Loader | undefined;
  if (!loader) return null;
  try {
    const node = await loader(context).load(decoded.uuid);
    brandWithType(node, type as never);
    return node;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE') return null;
    throw error;
  }
}

const NotificationEdge = builder.edgeObject({
  type: NotificationRef,
  name: 'NotificationEdge',
  description: 'A notification in a page.',
});

/** A page of notifications. */
export const NotificationConnection = builder
  .objectRef<NotificationList>('NotificationConnection')
  .implement({
    description: 'A page of notifications.',
    fields: (t) => ({
      edges: t.expose('edges', { type: [NotificationEdge], description: 'The notifications, newest first.' }),
      pageInfo: t.expose('pageInfo', {
        type: builder.pageInfoRef(),
        description: 'What lies beyond the page.',
      }),
      unreadCount: t.int({
        description: 'How many notifications the viewer has not read: exact, and of all pages.',
        resolve: (_list, _args, context) =>
          context.services.notifications.unreadCount(requireViewer(context)),
      }),
      eventCursor: t.expose('eventCursor', {
        type: 'Cursor',
        description:
          'Read before the page: pass that of the first page to `notificationEvents` as `after`, and nothing is missed.',
      }),
    }),
  });

/** What a change of notifications gives. */
export const NotificationsPayload = builder.objectRef<Marked>('NotificationsPayload').implement({
  description: 'The notifications after the change.',
  fields: (t) => ({
    notifications: t.expose('notifications', {
      type: [NotificationRef],
      description: 'Those that were named, or the newest hundred of those that were marked.',
    }),
    unreadCount: t.exposeInt('unreadCount', { description: 'How many are left unread: exact.' }),
  }),
});

/** The state of the queue. */
export const QueueStatsRef = builder.objectRef<QueueStats>('QueueStats').implement({
  description:
    'How many items of the school the notification queue has in each state. Finished ones are kept for 7 days.',
  fields: (t) => ({
    pending: t.exposeInt('pending', { description: 'Waiting for their time or for a worker.' }),
    processing: t.exposeInt('processing', { description: 'In the hands of a worker.' }),
    completed: t.exposeInt('completed', { description: 'Done.' }),
    failed: t.exposeInt('failed', { description: 'Given up after their last attempt: dead letters.' }),
    skipped: t.exposeInt('skipped', { description: 'Not sent, because they had become pointless.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Withdrawn, or discarded after they had failed.' }),
    oldestPendingSeconds: t.exposeFloat('oldestPendingSeconds', {
      description: 'For how many seconds the one that waits longest has been due; 0 when none is.',
    }),
  }),
});
