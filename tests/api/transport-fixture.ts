import {
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { Context, Services } from '../../src/graphql/context.js';
import { AppError } from '../../src/shared/errors.js';
import type { Viewer } from '../../src/shared/viewer.js';
import type { Authenticated } from '../../src/transport/authentication.js';
import { createHttpServer, type HttpServerOptions } from '../../src/transport/server.js';

/** A value that comes later. */
export function deferred<T = void>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** The source of one subscription, in the hands of the test. */
export class Source implements AsyncIterableIterator<unknown> {
  readonly ended = deferred();
  readonly #items: unknown[] = [];
  #wake: (() => void) | undefined;

  push(...items: unknown[]): void {
    this.#items.push(...items);
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<unknown>> {
    while (this.#items.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const item = this.#items.shift();
    if (item instanceof Error) throw item;
    return item === 'end' ? { done: true, value: undefined } : { done: false, value: item };
  }

  async return(): Promise<IteratorResult<unknown>> {
    this.ended.resolve();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

const viewer: Viewer = {
  userId: 'u1',
  organizationId: 'o1',
  sessionId: 's1',
  role: 'TUTOR',
  displayName: 'Olena',
  timeZone: 'Europe/Kyiv',
  locale: 'en',
};

/** A server over a small schema that knows no feature of the school. */
export async function startTransport(options: Partial<HttpServerOptions> = {}) {
  const opened: Source[] = [];
  const waiting: ((source: Source) => void)[] = [];
  const slow = { started: deferred(), release: deferred() };
  const beginning = { started: deferred(), release: deferred() };
  const contexts: Context[] = [];
  const log: string[] = [];

  function newSource(): Source {
    const source = new Source();
    const first = waiting.shift();
    if (first) first(source);
    else opened.push(source);
    return source;
  }

  const FindInput = new GraphQLInputObjectType({
    name: 'FindInput',
    fields: {
      from: { type: new GraphQLNonNull(GraphQLDateTime) },
      days: { type: new GraphQLList(new GraphQLNonNull(GraphQLDateTime)) },
    },
  });
  const Query: GraphQLObjectType<unknown, Context> = new GraphQLObjectType<unknown, Context>({
    name: 'Query',
    fields: () => ({
      echo: { type: GraphQLString, args: { text: { type: GraphQLString } }, resolve: (_, { text }) => text },
      self: { type: Query, resolve: () => ({}) },
      viewer: { type: GraphQLString, resolve: (_, _args, context) => context.viewer?.displayName ?? null },
      caller: {
        type: GraphQLString,
        resolve: (_, _args, { caller }) => `${caller.address} ${caller.userAgent}`,
      },
      find: {
        type: GraphQLString,
        args: { input: { type: new GraphQLNonNull(FindInput) } },
        resolve: (_, { input }) => input.from.toISOString(),
      },
      missing: { type: GraphQLString, resolve: () => Promise.reject(new AppError('LESSON_NOT_FOUND')) },
      boom: { type: GraphQLString, resolve: () => Promise.reject(new Error('the secret of the house')) },
      outage: {
        type: GraphQLString,
        resolve: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })),
      },
      slow: {
        type: GraphQLString,
        resolve: async () => {
          slow.started.resolve();
          await slow.release.promise;
          return 'done';
        },
      },
    }),
  });
  const Mutation = new GraphQLObjectType({
    name: 'Mutation',
    fields: {
      change: { type: GraphQLString, resolve: () => 'changed' },
      renew: {
        type: GraphQLString,
        args: { token: { type: GraphQLString } },
        resolve: async (_, { token }, { socket }: Context) =>
          (await socket?.authenticate(token))?.toISOString() ?? 'no socket',
      },
    },
  });
  const Subscription = new GraphQLObjectType<unknown, Context>({
    name: 'Subscription',
    fields: {
      ticks: {
        type: GraphQLInt,
        args: { refuse: { type: GraphQLString } },
        subscribe: (_, { refuse }) => {
          if (refuse) throw new AppError('ROOM_NOT_FOUND');
          return newSource();
        },
        resolve: (event, _args, context) => {
          contexts.push(context);
          if (event instanceof Object) throw (event as { error: Error }).error;
          return event;
        },
      },
      texts: { type: GraphQLString, subscribe: newSource, resolve: (event) => event },
      begunLate: {
        type: GraphQLString,
        subscribe: async () => {
          beginning.started.resolve();
          await beginning.release.promise;
          return newSource();
        },
        resolve: (event) => event,
      },
    },
  });

  const tokens = new Map<string, () => Promise<Authenticated>>();
  const good = () => ({ viewer, expiresAt: new Date(Date.now() + 60_000) });
  tokens.set('good', async () => good());
  const server = createHttpServer({
    schema: new GraphQLSchema({ query: Query, mutation: Mutation, subscription: Subscription }),
    services: {} as Services,
    authenticate: async (token) => {
      const read = tokens.get(token);
      if (!read) throw new AppError('UNAUTHENTICATED');
      return read();
    },
    introspection: true,
    graphiql: null,
    ready: async () => true,
    logger: pino({ level: 'info' }, { write: (line: string) => log.push(line) }),
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  const { url, port } = await server.start();
  return {
    server,
    url,
    port,
    tokens,
    viewer,
    good,
    slow,
    beginning,
    contexts,
    log,
    /** The source of the subscription that was or will be opened next. */
    source: () => {
      const first = opened.shift();
      return first ? Promise.resolve(first) : new Promise<Source>((resolve) => waiting.push(resolve));
    },
    /** POSTs an operation. */
    post: (body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    /** GETs a path. */
    get: (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers }),
    socket: (socketOptions: SocketOptions = {}) => connect(port, socketOptions),
  };
}

interface SocketOptions {
  readonly protocols?: string[];
  readonly path?: string;
  readonly autoPong?: boolean;
  readonly headers?: Record<string, string>;
}

/** What the server sends. */
export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A bare WebSocket: what it sends and gets is the protocol itself. */
export async function connect(
  port: number,
  { protocols = ['graphql-transport-ws'], path = '/graphql', autoPong = true, headers = {} }: SocketOptions,
) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
    autoPong,
    headers,
  });
  const received: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    const first = waiting.shift();
    if (first) first(message);
    else received.push(message);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  const next = () => {
    const first = received.shift();
    return first ? Promise.resolve(first) : new Promise<Message>((resolve) => waiting.push(resolve));
  };
  return {
    socket,
    closed,
    send,
    next,
    init: async (token?: unknown) => {
      send({ type: 'connection_init', ...(token === undefined ? {} : { payload: { accessToken: token } }) });
      return next();
    },
    subscribe: (id: string, query: string, rest: object = {}) =>
      send({ type: 'subscribe', id, payload: { query, ...rest } }),
  };
}
