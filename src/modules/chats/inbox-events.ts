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
import { readMovedOf } from './events.js';
import type { InboxItem, RoomActivity } from './inbox.js';

type Durable = Extract<StreamItem, { type: 'event' }>;

const RoomActivityRef = builder.objectRef<RoomActivity>('RoomActivity').implement({
  description:
    'Something new is in a room of the viewer’s: not durable, without a cursor. Read the room, or follow its chatEvents.',
  fields: (t) => ({
    roomId: t.id({
      description: 'The id of the lesson, classroom or relation whose room it is.',
      resolve: ({ room }) => encodeId(room.kind, room.id),
    }),
  }),
});

const ReadMarkerMoved = builder.objectRef<Durable>('ReadMarkerMoved').implement({
  description: 'The viewer has read further in a room, on whichever device.',
  interfaces: [ChannelEventRef],
  fields: (t) => ({
    roomId: t.id({
      description: 'The id of the lesson, classroom or relation whose room it is.',
      resolve: ({ event }) => encodeId(readMovedOf(event).kind, readMovedOf(event).roomId),
    }),
    upToSequence: t.int({
      description: 'The sequence of the last message that was read.',
      resolve: ({ event }) => readMovedOf(event).upToSequence,
    }),
    unreadCount: t.int({
      extensions: viewerDependent,
      description: 'How many are unread in the room now; 100 stands for 100 and more.',
      resolve: async ({ event }, _args, context) => {
        const room = { id: readMovedOf(event).roomId };
        const [count] = await context.services.chats.unreadCounts(requireViewer(context), [room]);
        return count ?? 0;
      },
    }),
  }),
});

const InboxEvent = builder.unionType('InboxEvent', {
  description: 'What `inboxEvents` sends.',
  types: [RoomActivityRef, ReadMarkerMoved, ChannelJoinedRef, ChannelResetRef],
  resolveType: (value) => {
    const item = value as InboxItem;
    if (item.type === 'activity') return 'RoomActivity';
    return protocolTypeOf(item) ?? 'ReadMarkerMoved';
  },
});

builder.subscriptionField('inboxEvents', (t) =>
  t.field({
    type: InboxEvent,
    nullable: true,
    description:
      'What concerns the viewer in all rooms: that there is something new in one, and how far they have read. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      after: t.arg({
        type: 'Cursor',
        description:
          'Where to go on: `eventCursor` of `rooms`, or the cursor of the last event. Now, unless told.',
      }),
    },
    subscribe: (_root, args, context) =>
      context.services.chats.followInbox(requireViewer(context), args.after ?? null),
    resolve: (item) => item as never,
  }),
);
