import type { Queryable } from '../../../platform/database/database.js';
import type { Delivery, SendingChannel } from '../delivery-store.js';
import type { Text } from '../event-types/definition.js';

/** Where a channel reaches a user: each target has a delivery of its own, so that none delays or repeats another. */
export interface Target {
  readonly userId: string;
  /** One of several places, such as a browser; null where a user has only one, such as a mailbox. */
  readonly targetId: string | null;
}

/** What is sent: a notification in its reader's words. */
export interface Parcel {
  /** The same at every attempt: what the provider and the receiver can drop repeats by. */
  readonly id: string;
  readonly delivery: Delivery;
  readonly text: Text;
  /** Whether its user can turn it off. */
  readonly critical: boolean;
}

/** A parcel with its address. */
export interface Shipment {
  /** Who takes it over. What is down is down for all shipments of a provider. */
  readonly provider: string;
  /**
   * Resolves when the provider has taken it over. Throws `ProviderDown`, `TargetGone` or `Refused`; any other error
   * is a failed attempt.
   */
  send(signal: AbortSignal): Promise<void>;
}

/** A way to reach people outside the application. FCM or APNs would each be one more. */
export interface ChannelAdapter {
  /** Stays the same over releases: it is kept in queued deliveries. */
  readonly name: string;
  readonly channel: SendingChannel;
  /** Whether it is the user's own: their preferences, quiet hours and what they have read count then. */
  readonly personal: boolean;
  readonly outages: OutagePolicy;
  /** Where it reaches these users of one school with notifications of one type. */
  targets(on: Queryable, asked: Audience): Promise<Target[]>;
  /** Finds the address; a text says why there is none any more. */
  open(on: Queryable, parcel: Parcel, targetId: string | null): Promise<Shipment | string>;
}

/** What `ProviderDown` means on a channel. */
export interface OutagePolicy {
  /** So many in a row, and the provider is left alone for a while; what is for it waits without any cost. */
  readonly failuresToOpen: number;
  /** Whether those that found it down have failed an attempt: yes when each receiver is its own provider. */
  readonly costAttempts: boolean;
}

/** Users of one school who are told of something. */
export interface Audience {
  readonly organizationId: string;
  readonly eventType: string;
  readonly userIds: readonly string[];
}

/** The provider cannot be reached, or answers nobody: nothing about this shipment is wrong. */
export class ProviderDown extends Error {
  override readonly name = 'ProviderDown';
}

/** The target has ended, and has been removed; the message says how. */
export class TargetGone extends Error {
  override readonly name = 'TargetGone';
}

/** The provider will never take this shipment. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
