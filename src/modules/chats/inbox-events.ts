import type { ChannelEvent, StreamItem } from '../../channels/events.js';
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
import { inboxNewsOf, isMembershipChange } from './events.js';
import type { InboxItem, RoomActivity } from './inbox.js';

type Durable = Extract<StreamItem, { type: 'event' }>;

/** The id of the subject of the room that an event is about. */
function roomIdOf(event: ChannelEvent): string {
  const { room } = inboxNewsOf(event);
  return encodeId(room.kind, room.id);
}

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
      resolve: ({ event }) => roomIdOf(event),
    }),
    upToSequence: t.int({
      description: 'The sequence of the last message that was read.',
      resolve: ({ event }) => inboxNewsOf(event).upToSequence,
    }),
    unreadCount: t.int({
      extensions: viewerDependent,
      description: 'How many are unread in the room now; 100 stands for 100 and more.',
      resolve: async ({ event }, _args, context) => {
        const { room } = inboxNewsOf(event);
        const [count] = await context.services.chats.unreadCounts(requireViewer(context), [room]);
        return count ?? 0;
      },
    }),
  }),
});

const MembershipChanged = builder.objectRef<Durable>('MembershipChanged').implement({
  description: 'The viewer has come into a classroom, or is not in it any more.',
  interfaces: [ChannelEventRef],
  fields: (t) => ({
    roomId: t.id({ description: 'The id of the classroom.', resolve: ({ event }) => roomIdOf(event) }),
    member: t.boolean({
      description: 'Whether they are in it from now on.',
      resolve: ({ event }) => inboxNewsOf(event).member,
    }),
  }),
});

const InboxEvent = builder.unionType('InboxEvent', {
  description: 'What `inboxEvents` sends.',
  types: [RoomActivityRef, ReadMarkerMoved, MembershipChanged, ChannelJoinedRef, ChannelResetRef],
  resolveType: (value) => {
    const item = value as InboxItem;
    if (item.type === 'activity') return 'RoomActivity';
    if (item.type === 'event' && isMembershipChange(item.event)) return 'MembershipChanged';
    return protocolTypeOf(item) ?? 'ReadMarkerMoved';
  },
});

builder.subscriptionField('inboxEvents', (t) =>
  t.field({
    type: InboxEvent,
    nullable: true,
    description:
      'What concerns the viewer in all rooms: that there is something new in one, how far they have read, and that they have come into one or are not in it any more. UNAUTHENTICATED, VALIDATION_ERROR.',
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
