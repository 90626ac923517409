import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { ClientError } from './graphql-client.js';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it has asked for
type Data = any;

/** How the socket behaves when it is cut; by default it stays cut. */
export interface SocketOptions {
  readonly retryAttempts?: number;
}

/** What one subscription has received. */
export interface Received {
  /** The next event's data; rejects after 10 s, or with the error that ended the subscription. */
  next(): Promise<Data>;
  /** The next `count`. */
  take(count: number): Promise<Data[]>;
  /** The errors that ended the subscription; waits for them, and rejects when it completed without. */
  errors(): Promise<readonly ClientError[]>;
  stop(): void;
}

/** Speaks graphql-transport-ws over a real socket. */
export interface SocketClient {
  subscribe(query: string, variables?: Record<string, unknown>): Received;
  /** Resolves with the code and the reason with which the socket closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly client: Client;
  dispose(): Promise<void>;
}

const patience = 10_000;

export function createSocketClient(
  url: string,
  accessToken: string | null,
  options: SocketOptions,
): SocketClient {
  let close: (event: { code: number; reason: string }) => void;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => (close = resolve));
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: options.retryAttempts ?? 0,
    ...(accessToken ? { connectionParams: { accessToken } } : {}),
    on: { closed: (event) => close(event as { code: number; reason: string }) },
  });
  return {
    client,
    closed,
    subscribe: (query, variables) => receive(client, query, variables),
    dispose: async () => client.dispose(),
  };
}

/** Takes whatever comes into a queue that a test reads in its own time. */
function receive(client: Client, query: string, variables?: Record<string, unknown>): Received {
  const events: Data[] = [];
  let failure: readonly ClientError[] | null = null;
  let ended: Error | null = null;
  let wake = () => {};
  const stop = client.subscribe<Data>(
    { query, ...(variables ? { variables } : {}) },
    {
      next: ({ data, errors }) => {
        if (errors) failure = errors as unknown as ClientError[];
        else events.push(data);
        wake();
      },
      error: (error) => {
        if (Array.isArray(error)) failure = error as unknown as ClientError[];
        else ended = error instanceof Error ? error : new Error(`the socket closed: ${describe(error)}`);
        wake();
      },
      complete: () => {
        ended ??= new Error('the subscription completed');
        wake();
      },
    },
  );

  async function until<T>(read: () => T | undefined, what: string): Promise<T> {
    const deadline = performance.now() + patience;
    for (;;) {
      const value = read();
      if (value !== undefined) return value;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`no ${what} within ${patience} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  const next = () =>
    until(() => {
      if (events.length > 0) return { data: events.shift() };
      if (failure) throw new Error(`the subscription failed: ${JSON.stringify(failure)}`);
      if (ended) throw ended;
      return undefined;
    }, 'event').then(({ data }) => data);
  return {
    next,
    async take(count) {
      const taken: Data[] = [];
      while (taken.length < count) taken.push(await next());
      return taken;
    },
    errors: () =>
      until(() => {
        if (failure) return failure;
        if (ended) throw ended;
        return undefined;
      }, 'error'),
    stop,
  };
}

function describe(event: unknown): string {
  const { code, reason } = (event ?? {}) as { code?: number; reason?: string };
  return `${code} ${reason}`;
}
