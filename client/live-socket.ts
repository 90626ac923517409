import { type Client, type ClientOptions, createClient } from 'graphql-ws';

/** How to reach the server. */
export interface LiveSocketOptions {
  /** Such as `wss://school.example/graphql`. */
  readonly url: string;
  /** Asked at each connection, so that each begins with a fresh token. */
  readonly connectionParams?: () => Promise<Record<string, unknown>>;
  /** Where there is no global WebSocket: Node.js before 22. */
  readonly webSocketImpl?: unknown;
  /** How long the server may be silent before we ask whether it is there. Default 20 s; 0 never asks. */
  readonly pingAfterMilliseconds?: number;
  /** How long it may take to answer that, and to accept a connection. Default 10 s. */
  readonly answerWithinMilliseconds?: number;
}

/**
 * A graphql-ws client whose only task is the socket: it connects when there is a subscription, drops a socket that no
 * longer answers, and leaves coming back to createResumable.
 */
export function createLiveSocket(options: LiveSocketOptions): Client {
  const { url, connectionParams, webSocketImpl } = options;
  const { pingAfterMilliseconds = 20_000, answerWithinMilliseconds = 10_000 } = options;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const on: ClientOptions['on'] = {
    ping: (received) => {
      if (received) return;
      clearTimeout(silence);
      // A network that is gone without a word leaves the socket open for many minutes.
      silence = setTimeout(() => client.terminate(), answerWithinMilliseconds);
    },
    pong: (received) => {
      if (received) clearTimeout(silence);
    },
    closed: () => clearTimeout(silence),
  };
  const client = createClient({
    url,
    ...(connectionParams ? { connectionParams } : {}),
    ...(webSocketImpl ? { webSocketImpl } : {}),
    keepAlive: pingAfterMilliseconds,
    connectionAckWaitTimeout: answerWithinMilliseconds,
    retryAttempts: 0,
    on,
  });
  return client;
}
