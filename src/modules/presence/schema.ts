import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs } from '../../graphql/input.js';
import { encodeId } from '../../shared/ids.js';
import { OkPayload } from '../accounts/schema.js';
import { roomKey } from '../chats/rooms.js';
import type { PresenceService } from './service.js';
import type { Presence } from './store.js';
import type { PresenceItem } from './watched-room.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly presence: PresenceService;
  }
}

const PresenceRef = builder.objectRef<Presence>('Presence').implement({
  description: 'How somebody is in a room.',
  fields: (t) => ({
    userId: t.id({ description: 'Who.', resolve: ({ userId }) => encodeId('user', userId) }),
    online: t.exposeBoolean('online', {
      description:
        'Whether they follow the room on any device; 15 seconds longer, so that a reload is no absence.',
    }),
    typing: t.exposeBoolean('typing', { description: 'Whether they said so within the last 6 seconds.' }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      description: 'When they were last known to be there.',
    }),
  }),
});

const PresenceSnapshot = builder
  .objectRef<Extract<PresenceItem, { type: 'snapshot' }>>('PresenceSnapshot')
  .implement({
    description: 'Who is in the room: first, once.',
    fields: (t) => ({
      present: t.expose('present', {
        type: [PresenceRef],
        description: 'Those who are there, the viewer too.',
      }),
    }),
  });

const PresenceChanged = builder
  .objectRef<Extract<PresenceItem, { type: 'changed' }>>('PresenceChanged')
  .implement({
    description: 'Somebody came, went, or began or ceased to type. Not durable, without a cursor.',
    fields: (t) => ({
      presence: t.expose('presence', { type: PresenceRef, description: 'How they are now.' }),
    }),
  });

const PresenceEvent = builder.unionType('PresenceEvent', {
  description: 'What `presenceEvents` sends.',
  types: [PresenceSnapshot, PresenceChanged],
  resolveType: (value) =>
    (value as PresenceItem).type === 'snapshot' ? 'PresenceSnapshot' : 'PresenceChanged',
});

const roomArgs = z.object({ roomId: roomKey });

builder.subscriptionField('presenceEvents', (t) =>
  t.field({
    type: PresenceEvent,
    nullable: true,
    description:
      'Who is in a room and who is typing. To follow it is to be in it. It ends with SUBSCRIPTION_REVOKED when the viewer may no longer use the room. UNAUTHENTICATED, VALIDATION_ERROR, ROOM_NOT_FOUND.',
    args: {
      roomId: t.arg.id({
        required: true,
        description: 'The id of the lesson, classroom or relation whose room it is.',
      }),
    },
    subscribe: (_root, args, context) =>
      context.services.presence.follow(requireViewer(context), parseArgs(roomArgs, args).roomId),
    resolve: (item) => item,
  }),
);

const typingArgs = z.object({ input: z.object({ roomId: roomKey, typing: z.boolean() }) });

const SetTypingInput = builder.inputType('SetTypingInput', {
  description: 'Whether the viewer is typing.',
  fields: (t) => ({
    roomId: t.id({
      required: true,
      description: 'The id of the lesson, classroom or relation in whose chat.',
    }),
    typing: t.boolean({ required: true, description: 'Say true again every few seconds while it goes on.' }),
  }),
});

builder.mutationField('setTyping', (t) =>
  t.field({
    type: OkPayload,
    description:
      'Tells those in the room that the viewer, if in it, is typing; it lapses after 6 seconds. UNAUTHENTICATED, VALIDATION_ERROR, ROOM_NOT_FOUND, CLASSROOM_ARCHIVED.',
    args: { input: t.arg({ type: SetTypingInput, required: true, description: 'Where, and whether.' }) },
    resolve: async (_root, args, context) => {
      const { roomId, typing } = parseArgs(typingArgs, args).input;
      await context.services.presence.setTyping(requireViewer(context), roomId, typing);
      return { ok: true };
    },
  }),
);
