import type { Cursor } from './cursor.js';

/** What a change appends to a channel: ids and a kind, never text. */
export interface NewEvent {
  /** `<kind>:<uuid>`, such as `chat:0190…`. */
  readonly channel: string;
  /** What happened, such as `message.sent`. */
  readonly kind: string;
  /** Who did it; null for the system. */
  readonly actorId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A committed change in its place in the channel's log. */
export interface ChannelEvent extends NewEvent {
  readonly seq: number;
  /** Random, 64 bits, as text. */
  readonly tag: string;
  readonly occurredAt: Date;
  /** What it goes back to, see `readCause`. */
  readonly cause?: string | null;
}

/** Why a client has to fetch again before it goes on: see `ResetReason` in the schema. */
export type ResetReason = 'HISTORY_EXPIRED' | 'EPOCH_CHANGED' | 'TOO_FAR_BEHIND';

/** What a subscriber of a channel receives. `joined` comes once, between what was missed and what is live; `reset` is the last. */
export type StreamItem =
  | {
      readonly type: 'event';
      readonly event: ChannelEvent;
      readonly cursor: Cursor;
      readonly occurredAt: Date;
    }
  | { readonly type: 'joined'; readonly cursor: Cursor; readonly occurredAt: Date }
  | {
      readonly type: 'reset';
      readonly cursor: Cursor;
      readonly occurredAt: Date;
      readonly reason: ResetReason;
    };

const accessKind = 'access';

/** The internal event that ends these users' subscriptions to the channel; append it in the transaction that takes access away. */
export function accessLost(channel: string, userIds: readonly string[], actorId: string | null): NewEvent {
  return { channel, kind: accessKind, actorId, payload: { userIds } };
}

/** Whether an event is internal; then whether it takes the access of this user. */
export function isAccessEvent(event: ChannelEvent): boolean {
  return event.kind === accessKind;
}

export function takesAccessOf(event: ChannelEvent, userId: string): boolean {
  const { userIds } = event.payload;
  return isAccessEvent(event) && Array.isArray(userIds) && userIds.includes(userId);
}
