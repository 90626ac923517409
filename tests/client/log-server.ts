import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';

const sdl = `
  scalar Cursor
  interface ChannelEvent { cursor: Cursor! }
  type ChannelJoined implements ChannelEvent { cursor: Cursor! }
  type ChannelReset implements ChannelEvent { cursor: Cursor! reason: String! }
  type ChatMessage { id: ID! version: Int! body: String }
  type MessageSent implements ChannelEvent { cursor: Cursor! message: ChatMessage! }
  union ChatEvent = MessageSent | ChannelJoined | ChannelReset
  type Query { now: Cursor }
  type Subscription { chatEvents(roomId: ID!, after: Cursor): ChatEvent }
`;

/** The error that the server sends for a subscription, as an `error` message or with an event. */
export interface WireError {
  readonly message: string;
  readonly extensions: { readonly code: string };
}

export function wireError(code: string): WireError {
  return { message: `refused: ${code}`, extensions: { code } };
}

interface Running {
  readonly socket: WebSocket;
  readonly id: string;
}

/** A real graphql-ws server over a log in memory that behaves as the API's channels do, and misbehaves on demand. */
export interface LogServer {
  readonly url: string;
  /** The variables of every `subscribe` message so far. */
  readonly subscribed: readonly Record<string, unknown>[];
  /** The access token of every connection so far. */
  readonly presented: readonly unknown[];
  /** The sockets that are connected. */
  readonly sockets: ReadonlySet<WebSocket>;
  /** Decides on a connection; all are accepted unless told. */
  accepts: (token: unknown) => boolean;
  /** Errors for the next subscriptions, one each, sent as their `error` message. */
  readonly refusals: WireError[];
  /** Errors for the next events, one each, sent in place of their content. */
  readonly unreadable: WireError[];
  append(body: string): void;
  /** Kills one of the sockets that have a subscription, without a word; waits for such a one. */
  cut(random: () => number): Promise<void>;
  /** Everything so far is forgotten: cursors of before lead to a ChannelReset. */
  forget(): void;
  /** Sends an `error` message to every subscription that is running. */
  fail(error: WireError): void;
  /** The position of the end of the log. */
  end(): string;
  /** Resolves at the next subscription that has started. */
  nextSubscription(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts on a free port of this machine, or on the one named. */
export async function startLogServer(port = 0): Promise<LogServer> {
  const schema = buildSchema(sdl);
  const http = createServer();
  const ws = new WebSocketServer({ server: http });
  const bodies: string[] = [];
  const wakers = new Set<() => void>();
  const running = new Set<Running>();
  const subscribed: Record<string, unknown>[] = [];
  const presented: unknown[] = [];
  const refusals: WireError[] = [];
  const unreadable: WireError[] = [];
  let onSubscribed: Array<() => void> = [];
  let epoch = 1;

  const cursor = (sequence: number) => `${epoch}/${sequence}`;

  function* eventsAfter(after: unknown) {
    const [itsEpoch, sequence] = typeof after === 'string' ? after.split('/').map(Number) : [];
    if (itsEpoch !== undefined && itsEpoch !== epoch) {
      yield { __typename: 'ChannelReset', cursor: cursor(bodies.length), reason: 'EPOCH_CHANGED' };
      return;
    }
    let at = sequence ?? bodies.length;
    let joined = false;
    for (;;) {
      if (at < bodies.length) {
        const body = bodies[at];
        at += 1;
        yield { __typename: 'MessageSent', cursor: cursor(at), message: { id: `m${at}`, version: 1, body } };
      } else if (joined) {
        yield null;
      } else {
        joined = true;
        yield { __typename: 'ChannelJoined', cursor: cursor(at) };
      }
    }
  }

  /** An iterator whose `return` also ends a `next` that waits. */
  function follow(after: unknown): AsyncIterableIterator<unknown, undefined> {
    const events = eventsAfter(after);
    let over = false;
    let wake = () => {};
    return {
      async next() {
        for (;;) {
          const { value, done } = over ? { value: null, done: true } : events.next();
          if (done) return { value: undefined, done: true };
          if (value) return { value: { chatEvents: value }, done: false };
          await new Promise<void>((resolve) => {
            wake = resolve;
            wakers.add(resolve);
          });
          wakers.delete(wake);
        }
      },
      async return() {
        over = true;
        wake();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  const server: LogServer & { accepts: (token: unknown) => boolean } = {
    url: '',
    subscribed,
    presented,
    sockets: ws.clients,
    accepts: () => true,
    refusals,
    unreadable,
    append(body) {
      bodies.push(body);
      for (const wake of wakers) wake();
    },
    async cut(random) {
      const open = () => [...running].filter(({ socket }) => socket.readyState === socket.OPEN);
      while (open().length === 0) await server.nextSubscription();
      open()[Math.floor(random() * open().length)]?.socket.terminate();
    },
    forget() {
      epoch += 1;
    },
    fail(error) {
      for (const { socket, id } of running)
        socket.send(JSON.stringify({ id, type: 'error', payload: [error] }));
    },
    end: () => cursor(bodies.length),
    nextSubscription: () => new Promise((resolve) => onSubscribed.push(resolve)),
    async stop() {
      if (!http.listening) return;
      for (const socket of ws.clients) socket.terminate();
      await disposable.dispose();
      await new Promise((resolve) => http.close(resolve));
    },
  };

  const disposable = useServer<Record<string, unknown>>(
    {
      schema,
      roots: { subscription: { chatEvents: ({ after }: { after?: unknown }) => follow(after) } },
      onConnect: ({ connectionParams, extra }) => {
        presented.push(connectionParams?.['accessToken'] ?? null);
        if (!server.accepts(connectionParams?.['accessToken']))
          extra.socket.close(CloseCode.Forbidden, 'Forbidden');
      },
      onSubscribe: (_context, _id, payload) => {
        subscribed.push(payload.variables ?? {});
        const refusal = refusals.shift();
        return refusal && [new GraphQLError(refusal.message, { extensions: { ...refusal.extensions } })];
      },
      onOperation: ({ extra }, id) => {
        running.add({ socket: extra.socket, id });
        const waiting = onSubscribed;
        onSubscribed = [];
        for (const resolve of waiting) resolve();
      },
      onNext: (_context, _id, _payload, _args, result) => {
        const error =
          (result.data?.['chatEvents'] as { message?: object } | null)?.message && unreadable.shift();
        return error ? { data: { chatEvents: null }, errors: [error] } : result;
      },
      onComplete: ({ extra }, id) => {
        for (const one of running) if (one.socket === extra.socket && one.id === id) running.delete(one);
      },
    },
    ws,
  );
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  const address = http.address() as AddressInfo;
  return Object.assign(server, { url: `ws://127.0.0.1:${address.port}/graphql` });
}
