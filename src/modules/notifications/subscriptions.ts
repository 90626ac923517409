import type { StreamItem } from '../../channels/events.js';
import { builder } from '../../graphql/builder.js';
import {
  ChannelEventRef,
  ChannelJoinedRef,
  ChannelResetRef,
  protocolTypeOf,
} from '../../graphql/channel-events.js';
import { requireViewer } from '../../graphql/context.js';
import { viewerDependent } from '../../graphql/sharing.js';
import { encodeId } from '../../shared/ids.js';
import { addedIdOf, eventTypeNameOf, readIdsOf } from './events.js';
import { NotificationRef } from './types.js';

type Durable = Extract<StreamItem, { type: 'event' }>;

const NotificationAdded = builder.objectRef<Durable>('NotificationAdded').implement({
  description:
    'The viewer was told something. It comes again for a notification that is there when more of the same has happened.',
  interfaces: [ChannelEventRef],
  fields: (t) => ({
    notification: t.field({
      type: NotificationRef,
      description: 'The notification as it is now, which in a replay may be after it was read.',
      resolve: ({ event }) => addedIdOf(event),
    }),
    unreadCount: t.int({
      extensions: viewerDependent,
      description: 'How many are unread now: exact.',
      resolve: (_item, _args, context) => context.services.notifications.unreadCount(requireViewer(context)),
    }),
  }),
});

const NotificationsRead = builder.objectRef<Durable>('NotificationsRead').implement({
  description: 'The viewer has marked notifications read, on whichever device.',
  interfaces: [ChannelEventRef],
  fields: (t) => ({
    ids: t.idList({
      description: 'Which ones, at most 100; more come in further events.',
      resolve: ({ event }) => readIdsOf(event).map((id) => encodeId('notification', id)),
    }),
    unreadCount: t.int({
      extensions: viewerDependent,
      description: 'How many are unread now: exact.',
      resolve: (_item, _args, context) => context.services.notifications.unreadCount(requireViewer(context)),
    }),
  }),
});

const NotificationEvent = builder.unionType('NotificationEvent', {
  description: 'What `notificationEvents` sends.',
  types: [NotificationAdded, NotificationsRead, ChannelJoinedRef, ChannelResetRef],
  resolveType: (item: StreamItem) =>
    item.type === 'event' ? eventTypeNameOf(item.event) : protocolTypeOf(item),
});

builder.subscriptionField('notificationEvents', (t) =>
  t.field({
    type: NotificationEvent,
    nullable: true,
    description:
      'What the viewer is told, and what they mark read: with `after` first what came since, then ChannelJoined, then what comes. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      after: t.arg({
        type: 'Cursor',
        description:
          'Where to go on: the cursor of the last event, or `eventCursor` of the first page. From now on when absent.',
      }),
    },
    subscribe: (_root, args, context) =>
      context.services.notifications.follow(requireViewer(context), args.after ?? null),
    resolve: (item) => item,
  }),
);
