import type { TypedDocumentNode } from '@apollo/client';
import type { FormattedExecutionResult } from 'graphql';
import type { Client } from 'graphql-ws';
import type { Backoff } from './backoff.js';
import type { SubscriptionError } from './failures.js';
import { readLiveOperation } from './live-operation.js';
import { Resumption } from './resumption.js';

/** The part of a graphql-ws client that is used. */
export type LiveSocket = Pick<Client, 'subscribe' | 'terminate'>;

/** The event that says that the history after a cursor is gone. */
export interface ChannelResetEvent {
  readonly __typename: 'ChannelReset';
  /** Where to go on once everything has been fetched again. */
  readonly cursor: string;
  /** Null when the operation does not select it. */
  readonly reason: string | null;
}

/**
 * Fetches again what the channel is about, and gives the cursor to go on from: that of the reset unless told. It is
 * called instead of handing the event over, and again if it fails for a passing reason.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that gives nothing is the usual one
export type OnReset = (event: ChannelResetEvent) => Promise<string | void> | string | void;

/** A subscription to follow. */
export interface ResumableOperation<Data, Variables> {
  readonly query: TypedDocumentNode<Data, Variables>;
  readonly variables: Variables;
  /** Only for a document with several operations. */
  readonly operationName?: string | undefined;
  /** Without it the reset is handed over like any event, and the subscription goes on after it. */
  readonly onReset?: OnReset | undefined;
}

/** Where the events go. After `error` or `complete` nothing follows. */
export interface ResumableSink<Data> {
  /**
   * Takes one event. It counts as seen once this has returned; if it throws, the subscription ends with that. One whose
   * subject may no longer be read comes as null with its errors, and the subscription goes on.
   */
  next(result: FormattedExecutionResult<Data>): void;
  error(error: SubscriptionError): void;
  complete(): void;
}

/** How subscriptions are kept alive. */
export interface ResumableOptions {
  readonly backoff?: Backoff;
  /** How many failures in a row end a subscription; endless unless told. */
  readonly giveUpAfter?: number;
  /** How often in a row the server may refuse the access token. Default 3. */
  readonly maxRefusals?: number;
  /** Gets another access token after the server refused the present one; a rejection with GraphQL errors is final. */
  readonly onUnauthenticated?: () => Promise<void>;
  /** Told of each cut, for a sign that the connection is being restored. */
  readonly onRetry?: (retry: { failures: number; delayMilliseconds: number; cause: unknown }) => void;
}

/** Subscriptions that survive cuts of the socket. */
export interface Resumable {
  /**
   * Follows a channel: every event once and in order, whatever happens to the socket; gives the function that stops
   * it, after which the sink is not called again. Throws a TypeError for an operation that cannot be resumed.
   */
  subscribe<Data, Variables extends Record<string, unknown>>(
    operation: ResumableOperation<Data, Variables>,
    sink: ResumableSink<Data>,
  ): () => void;
}

/**
 * Makes subscriptions on a graphql-ws client survive cuts. That client resends the variables of the beginning when it
 * connects again, so its own retries (`retryAttempts`) are better off at 0, as createLiveSocket has them.
 */
export function createResumable(socket: LiveSocket, options: ResumableOptions = {}): Resumable {
  return {
    subscribe(operation, sink) {
      const live = readLiveOperation(operation.query, operation.operationName);
      const resumption = new Resumption({ socket, operation, live, sink, options });
      void resumption.run();
      return () => resumption.stop();
    },
  };
}
