import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import {
  ChannelEventRef,
  ChannelJoinedRef,
  ChannelResetRef,
  protocolTypeOf,
} from '../../graphql/channel-events.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs } from '../../graphql/input.js';
import { messageKinds } from './events.js';
import { roomKey } from './rooms.js';
import type { ChatItem, MessageItem } from './stream.js';
import { MessageRef } from './types.js';

const present = 'The message as it is now, which in a replay may be after it was changed or deleted again.';

/** A member of the union: something that happened to a message. */
function messageEvent(name: string, description: string) {
  return builder.objectRef<MessageItem>(name).implement({
    description,
    interfaces: [ChannelEventRef],
    fields: (t) => ({
      message: t.field({ type: MessageRef, description: present, resolve: ({ message }) => message }),
    }),
  });
}

const MessageSent = messageEvent('MessageSent', 'A message was sent.');
const MessageEdited = messageEvent('MessageEdited', 'The text of a message was changed.');
const MessageDeleted = messageEvent('MessageDeleted', 'A message was deleted.');
const ReactionsChanged = messageEvent('ReactionsChanged', 'Somebody reacted to a message, or took it back.');

/** The union member of each kind of event. */
const memberOfKind: Readonly<Record<string, string>> = {
  [messageKinds.sent]: 'MessageSent',
  [messageKinds.edited]: 'MessageEdited',
  [messageKinds.deleted]: 'MessageDeleted',
  [messageKinds.reacted]: 'ReactionsChanged',
};

const ChatEvent = builder.unionType('ChatEvent', {
  description: 'What happens in a room.',
  types: [MessageSent, MessageEdited, MessageDeleted, ReactionsChanged, ChannelJoinedRef, ChannelResetRef],
  resolveType: (value) => {
    const item = value as ChatItem;
    return item.type === 'event' ? memberOfKind[item.event.kind] : protocolTypeOf(item);
  },
});

const chatEventsArgs = z.object({ roomId: roomKey });

builder.subscriptionField('chatEvents', (t) =>
  t.field({
    type: ChatEvent,
    nullable: true,
    description:
      'What happens to the messages of a room: with `after` first what came since, then ChannelJoined, then what comes. It ends with SUBSCRIPTION_REVOKED when the viewer may no longer use the room. UNAUTHENTICATED, VALIDATION_ERROR, ROOM_NOT_FOUND.',
    args: {
      roomId: t.arg.id({
        required: true,
        description: 'The id of the lesson, classroom or relation whose chat to follow.',
      }),
      after: t.arg({
        type: 'Cursor',
        description:
          'Where to go on: the cursor of the last event, or eventCursor of the first page. Now, unless told.',
      }),
    },
    subscribe: (_root, args, context) => {
      const { roomId } = parseArgs(chatEventsArgs, args);
      return context.services.chats.follow(requireViewer(context), roomId, args.after ?? null);
    },
    resolve: (item) => item,
  }),
);
