import type { ExecutionResult } from 'graphql';
import type { ChannelStream } from '../channels/stream.js';
import type { Language } from '../shared/language.js';
import type { Context } from './context.js';

/** A serialised response; one with errors, whose texts are for people, in each language. */
export type SharedResponse = Buffer | Readonly<Record<Language, Buffer>>;

/** What is executed for a subscription, the same for all who are alike. */
export interface Shared {
  /** Same key, same response to the same event. */
  readonly key: string;
  /** The subscribed field, for metrics. */
  readonly field: string;
  /** Executes one event for one of them and gives its serialised response. */
  execute(event: unknown, subscriber: Subscriber): Promise<SharedResponse>;
}

/**
 * Where the responses of a subscription go. There are thousands, mostly live and idle: what is the same for those who are
 * alike is with their group, and each look at one more object counts.
 */
export abstract class Subscriber {
  /** Its way to where the others are; null for what shares nothing, and once it is live. */
  arrival: Arrival | null = null;
  /** Those with whom it is live. */
  group: LiveGroup | null = null;
  /** Whose access it is. */
  userId = '';
  /** What came up to here was delivered before it went live. */
  after = 0;
  left = false;

  /** What an event is executed with; made anew for each. */
  abstract newContext(): Context;
  /** A response as it is sent. */
  abstract serialize(result: ExecutionResult): SharedResponse;
  /** Sends a response that was serialised for whomever; called in order, and not after it has left. */
  abstract deliver(response: SharedResponse): void;
  /** The subscription is over: with an error, or because there is no more. Not called after it was stopped. */
  abstract end(error: Error | null): void;
}

/** What a subscriber has to itself until it is live. */
export interface Arrival {
  readonly stream: ChannelStream<unknown>;
  readonly shared: Shared;
}

/** Those who are live together. */
export interface LiveGroup {
  /** Of its first member: for all of them it keeps the channel followed, prepares each event and executes it. */
  readonly arrival: Arrival;
  /** It has left. */
  remove(member: Subscriber): void;
}
