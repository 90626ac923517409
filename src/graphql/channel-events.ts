import type { StreamItem } from '../channels/events.js';
import { builder } from './builder.js';

/** What every member of an event union is backed by: the item as it came out of the channel. */
export const ChannelEventRef = builder.interfaceRef<StreamItem>('ChannelEvent').implement({
  description:
    'A step in a channel. Durable events have the next sequence of the channel, in the order of their commits, without gaps.',
  fields: (t) => ({
    cursor: t.expose('cursor', {
      type: 'Cursor',
      description: 'The position after this event: subscribe with it as `after` to go on from here.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When the change was made.' }),
  }),
});

/** `ChannelJoined`, shared by all subscriptions. */
export const ChannelJoinedRef = builder.objectRef<StreamItem>('ChannelJoined').implement({
  description: 'Sent once, after everything that was missed: from here on it is live.',
  interfaces: [ChannelEventRef],
});

const ResetReasonRef = builder.enumType('ResetReason', {
  description: 'Why the history after a cursor cannot be replayed.',
  values: {
    HISTORY_EXPIRED: {
      description: 'The events after the cursor are older than the log keeps them (7 days).',
    },
    EPOCH_CHANGED: { description: 'The cursor does not belong to this history: the database was restored.' },
    TOO_FAR_BEHIND: { description: 'More than 1,000 events came since; fetching again is cheaper.' },
  } as const,
});

/** `ChannelReset`, shared by all subscriptions. */
export const ChannelResetRef = builder
  .objectRef<Extract<StreamItem, { type: 'reset' }>>('ChannelReset')
  .implement({
    description:
      'The only event when the history after the cursor is gone: fetch again, then subscribe with the cursor of this event.',
    interfaces: [ChannelEventRef],
    fields: (t) => ({
      reason: t.expose('reason', { type: ResetReasonRef, description: 'Why.' }),
    }),
  });

/** The union member of an item that is no event of the feature's own; null for one that is. */
export function protocolTypeOf(item: StreamItem): 'ChannelJoined' | 'ChannelReset' | null {
  if (item.type === 'joined') return 'ChannelJoined';
  return item.type === 'reset' ? 'ChannelReset' : null;
}
