import { request as httpRequest, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { Operation } from './family.js';

/** What came back for one attempt. */
export interface Reply {
  readonly what: string;
  /** HTTP status, or the code with which a socket closed; 0 when a connection was just cut. */
  readonly status: number;
  readonly headers: string;
  readonly text: string;
  readonly ms: number;
}

/** The ways in, for one viewer. */
export interface Door {
  readonly origin: string;
  readonly token: string | null;
  post(operation: Operation): Promise<Reply>;
  /** Over the viewer's own socket, which is opened again when it was closed. */
  subscribe(operation: Operation): Promise<Reply>;
  http(what: string, path: string, options?: HttpOptions): Promise<Reply>;
  /** Writes bytes to a bare connection; gives what comes back until its end, or for `forMs`. */
  raw(what: string, text: string | Buffer, forMs?: number): Promise<Reply>;
  socket(what: string, options?: SocketOptions): Promise<AttackSocket>;
  close(): Promise<void>;
}

export interface HttpOptions extends RequestOptions {
  readonly body?: string | Buffer;
}

export interface SocketOptions {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `connection_init`; undefined sends the viewer's, null none. */
  readonly init?: unknown;
}

/** A socket in an attacker's hands. */
export interface AttackSocket {
  send(data: string | Buffer, options?: { readonly binary?: boolean }): void;
  /** Waits for a message, the end, or silence. */
  next(): Promise<Reply>;
  /** Waits until it is closed, at most so long. */
  closed(withinMs?: number): Promise<Reply>;
  readonly ws: WebSocket;
  end(): void;
}

const patienceMs = 5_000;

/**
 * Opens the ways in.
 *
 * @param quietMs how long a socket is listened to that says nothing: a subscription may have nothing to say.
 */
export function openDoor(origin: string, token: string | null, quietMs = 700): Door {
  const { hostname, port } = new URL(origin);
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  let shared: Promise<AttackSocket> | undefined;
  let count = 0;

  const http: Door['http'] = (what, path, { body, headers, ...options } = {}) =>
    new Promise((resolve) => {
      const start = performance.now();
      let text = '';
      const done = (status: number, answered = '') =>
        resolve({ what, status, headers: answered, text, ms: performance.now() - start });
      const request = httpRequest(
        {
          hostname,
          port,
          path,
          method: 'GET',
          headers: { ...authorization, ...headers },
          agent: false,
          ...options,
        },
        (response) => {
          response.setEncoding('utf8');
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => done(response.statusCode ?? 0, JSON.stringify(response.headers)));
          response.on('error', () => done(0));
        },
      );
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        done(response.statusCode ?? 0, JSON.stringify(response.headers));
      });
      request.on('error', () => done(0));
      request.setTimeout(patienceMs, () => request.destroy());
      request.end(body);
    });

  const door: Door = {
    origin,
    token,
    http,
    post: ({ query, ...rest }) =>
      http(query.slice(0, 120), '/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, ...rest }),
      }),

    async subscribe(operation) {
      shared ??= door.socket('operations');
      let socket = await shared;
      if (socket.ws.readyState !== WebSocket.OPEN) {
        shared = door.socket('operations');
        socket = await shared;
      }
      const id = `o${++count}`;
      const start = performance.now();
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: operation }));
      // What is left of operations before comes first.
      let reply = await socket.next();
      while (reply.status === 200 && reply.text !== '' && !reply.text.includes(`"id":"${id}"`))
        reply = await socket.next();
      if (/"type":"next"/.test(reply.text)) socket.send(JSON.stringify({ id, type: 'complete' }));
      // One socket may send only so many messages.
      if (count % 40 === 0 || reply.status !== 200) {
        shared = undefined;
        socket.end();
      }
      return { ...reply, what: operation.query.slice(0, 120), ms: performance.now() - start };
    },

    raw: (what, bytes, forMs = 400) =>
      new Promise((resolve) => {
        const start = performance.now();
        let text = '';
        const socket = connect(Number(port), hostname, () => socket.write(bytes));
        const late = setTimeout(() => socket.destroy(), forMs);
        socket.on('data', (chunk) => {
          text += chunk;
        });
        socket.on('error', () => {});
        socket.on('close', () => {
          clearTimeout(late);
          const ms = performance.now() - start;
          const status = Number(/^HTTP\/1\.\d (\d+)/.exec(text)?.[1] ?? 0);
          resolve({ what, status, headers: '', text, ms: Math.min(ms, ms >= forMs ? 0 : ms) });
        });
      }),

    socket: (what, options = {}) => openSocket({ what, origin, token, quietMs }, options),

    async close() {
      (await shared)?.end();
    },
  };
  return door;
}

interface SocketOfDoor {
  readonly what: string;
  readonly origin: string;
  readonly token: string | null;
  readonly quietMs: number;
}

function openSocket(
  { what, origin, token, quietMs }: SocketOfDoor,
  { protocols = ['graphql-transport-ws'], headers = {}, init }: SocketOptions,
): Promise<AttackSocket> {
  const ws = new WebSocket(`${origin.replace(/^http/, 'ws')}/graphql`, [...protocols], { headers });
  const received: string[] = [];
  let wake: () => void = () => {};
  let end: { status: number; text: string } | null = null;
  const start = performance.now();
  ws.on('message', (data) => {
    received.push(String(data));
    wake();
  });
  ws.on('open', () => wake());
  ws.on('error', () => {});
  ws.on('close', (code, reason) => {
    end ??= { status: code, text: String(reason) };
    wake();
  });
  ws.on('unexpected-response', (_request, response) => {
    response.resume();
    end = { status: response.statusCode ?? 0, text: '' };
    ws.terminate();
    wake();
  });

  async function until(done: () => boolean, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (!done() && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  const reply = (status: number, text: string): Reply => ({
    what,
    status,
    headers: '',
    text,
    ms: performance.now() - start,
  });

  const socket: AttackSocket = {
    ws,
    send: (data, options = {}) => {
      if (ws.readyState === WebSocket.OPEN) ws.send(data, { binary: options.binary ?? false }, () => {});
    },
    async next() {
      await until(() => received.length > 0 || end !== null, quietMs);
      const text = received.shift();
      if (text !== undefined) return reply(200, text);
      return end ? reply(end.status, end.text) : reply(200, '');
    },
    async closed(withinMs = 2_000) {
      await until(() => end !== null, withinMs);
      return end ? reply(end.status, end.text) : reply(200, received.join('\n'));
    },
    end: () => ws.terminate(),
  };

  return (async () => {
    await until(() => ws.readyState === WebSocket.OPEN || end !== null, patienceMs);
    if (end || init === null) return socket;
    const payload = init === undefined ? (token === null ? undefined : { accessToken: token }) : init;
    socket.send(JSON.stringify({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) }));
    await until(() => received.length > 0 || end !== null, patienceMs);
    if (received[0]?.includes('connection_ack')) received.shift();
    return socket;
  })();
}
