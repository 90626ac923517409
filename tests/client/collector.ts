import { gql, type TypedDocumentNode } from '@apollo/client';
import type { FormattedExecutionResult } from 'graphql';
import type { ResumableSink, SubscriptionError } from '../../client/index.js';

/** An event of the log server. */
export interface LogEvent {
  readonly __typename: 'MessageSent' | 'ChannelJoined' | 'ChannelReset';
  readonly cursor: string;
  readonly message?: { readonly body: string };
}

export interface LogEvents {
  readonly chatEvents: LogEvent | null;
}

/** What follows the log server's room. */
export const chatEvents: TypedDocumentNode<LogEvents, { roomId: string; after?: string | null }> = gql`
  subscription ChatEvents($roomId: ID!, $after: Cursor) {
    chatEvents(roomId: $roomId, after: $after) {
      __typename
      ... on ChannelEvent { cursor }
      ... on MessageSent { message { id version body } }
      ... on ChannelReset { reason }
    }
  }
`;

const patienceMilliseconds = 10_000;

/** A sink that remembers, and tells when what a test waits for has come. */
export interface Collector extends ResumableSink<LogEvents> {
  readonly events: readonly LogEvent[];
  /** The texts of the messages so far. */
  bodies(): string[];
  /** The codes of events that came without content. */
  readonly refused: readonly unknown[];
  /** Resolves when the condition holds, looked at after each event; rejects after 10 s or if the subscription ends. */
  until(condition: () => boolean): Promise<void>;
  /** Resolves with how the subscription ended: null when it was completed. */
  readonly ended: Promise<SubscriptionError | null>;
}

export function createCollector(): Collector {
  const events: LogEvent[] = [];
  const refused: unknown[] = [];
  let look = () => {};
  let end: (error: SubscriptionError | null) => void = () => {};
  const ended = new Promise<SubscriptionError | null>((resolve) => (end = resolve));
  const bodies = () => events.flatMap(({ message }) => (message ? [message.body] : []));
  return {
    events,
    refused,
    bodies,
    ended,
    next({ data, errors = [] }: FormattedExecutionResult<LogEvents>) {
      refused.push(...errors.map(({ extensions }) => extensions?.['code']));
      if (data?.chatEvents) events.push(data.chatEvents);
      look();
    },
    error: (error) => end(error),
    complete: () => end(null),
    until: (condition) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void) => {
          clearTimeout(timer);
          look = () => {};
          act();
        };
        const timer = setTimeout(
          () => finish(() => reject(new Error(`still not after: ${JSON.stringify(events.slice(-5))}`))),
          patienceMilliseconds,
        );
        look = () => {
          if (condition()) finish(resolve);
        };
        void ended.then((error) => finish(() => reject(error ?? new Error('completed'))));
        look();
      }),
  };
}
