import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { WebSocket } from 'ws';
import { AppError } from '../../src/shared/errors.js';
import { Source, startTransport } from '../api/transport-fixture.js';
import { createRandom, type Random } from '../testkit/random.js';
import {
  type Frame,
  type Happening,
  type OperationKind,
  ProtocolModel,
  type Said,
} from './protocol-model.js';

const maxRunning = 4;

const kinds: readonly OperationKind[] = [
  'query',
  'query',
  'mutation',
  'held',
  'live',
  'live',
  'live',
  'refused',
  'syntax',
  'invalid',
  'variable',
];

const queries: Readonly<Record<OperationKind, string>> = {
  query: 'query ($key: String!) { echo(text: $key) }',
  mutation: 'mutation ($key: String!) { change(text: $key) }',
  held: 'query ($key: String!) { held(text: $key) }',
  live: 'subscription ($key: String!) { feed(key: $key) }',
  refused: 'subscription ($key: String!) { feed(key: $key, refuse: "yes") }',
  syntax: 'subscription { feed(',
  invalid: 'subscription { nothing }',
  variable: 'query ($n: Int!) { double(n: $n) }',
};

const nonsense = [
  'hello',
  '[]',
  'null',
  '{"type":"next","id":"1","payload":{}}',
  '{"type":"connection_ack"}',
  '{"type":"error","id":"1","payload":[{"message":"m"}]}',
  '{"type":"subscribe","payload":{"query":"{ echo }"}}',
  '{"type":"subscribe","id":"1"}',
  '{"type":"complete"}',
  '{"type":"ping","payload":[]}',
  '{"id":"1"}',
];

/** A server for sequences at random; its subscriptions are in the hands of whoever knows their keys. */
export async function startFrameServer() {
  const sources = new Map<string, Source>();
  const text = { text: { type: new GraphQLNonNull(GraphQLString) } };
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        echo: { type: GraphQLString, args: text, resolve: (_, args) => args.text },
        held: { type: GraphQLString, args: text, resolve: () => new Promise(() => {}) },
        double: {
          type: GraphQLInt,
          args: { n: { type: new GraphQLNonNull(GraphQLInt) } },
          resolve: (_, { n }) => 2 * n,
        },
      },
    }),
    mutation: new GraphQLObjectType({
      name: 'Mutation',
      fields: { change: { type: GraphQLString, args: text, resolve: async (_, args) => args.text } },
    }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        feed: {
          type: GraphQLString,
          args: { key: { type: new GraphQLNonNull(GraphQLString) }, refuse: { type: GraphQLString } },
          subscribe: (_, { key, refuse }) => {
            if (refuse) throw new AppError('ROOM_NOT_FOUND');
            const source = new Source();
            sources.set(key, source);
            return source;
          },
          resolve: (event) => event,
        },
      },
    }),
  });
  const limits = {
    socketsPerUser: 0,
    socketsPerAddress: 0,
    messagesPerWindow: 0,
    operationsPerSocket: maxRunning,
  };
  const transport = await startTransport({
    schema,
    limits,
    authenticate: async (token) => {
      if (token === 'bad') throw new AppError('UNAUTHENTICATED');
      const viewer = { ...transport.viewer, sessionId: token, userId: `user of ${token}` };
      return { viewer, expiresAt: new Date(Date.now() + 600_000) };
    },
  });
  return { transport, sources };
}

type FrameServer = Awaited<ReturnType<typeof startFrameServer>>;

function randomFrame(random: Random, key: string, model: ProtocolModel): Frame {
  const ids = ['1', '2', '3', 'ї"\\', 'long '.repeat(30)];
  const free = ids.filter((one) => !model.has(one));
  // An id that is in use ends the sequence, so it is rare.
  const id = random.pick(free.length === 0 || random.chance(0.5) ? ids : free);
  const dice = random.int(100);
  if (dice < 1) return { type: 'nonsense', text: random.pick(nonsense) };
  if (dice < 2) return { type: 'connection_init', token: 'good' };
  if (dice < 18) return { type: 'ping', payload: random.pick([null, {}, { n: random.int(9) }]) };
  if (dice < 22) return { type: 'pong' };
  if (dice < 50) return { type: 'complete', id };
  const other = model.has(id) && random.chance(0.95) ? random.pick(free.length > 0 ? free : ids) : id;
  return { type: 'subscribe', id: other, key, kind: random.pick(kinds) };
}

function textOf(frame: Frame, session: string): string {
  if (frame.type === 'nonsense') return frame.text;
  if (frame.type === 'connection_init') {
    const accessToken = { good: session, bad: 'bad', none: undefined }[frame.token];
    return JSON.stringify({ type: frame.type, payload: { accessToken } });
  }
  if (frame.type !== 'subscribe') return JSON.stringify(frame);
  const { type, id, key, kind } = frame;
  return JSON.stringify({ type, id, payload: { query: queries[kind], variables: { key } } });
}

function happeningOf(random: Random, model: ProtocolModel): Happening | null {
  if (model.signedIn && model.running('held').length === 0 && random.chance(0.05))
    return { type: 'revocation' };
  const live = model.running('live');
  if (live.length === 0) return null;
  return {
    type: random.pick(['event', 'event', 'event', 'end', 'failure'] as const),
    key: random.pick(live).key,
  };
}

/** The same order for each id; which id comes first is not told. */
function byId(said: readonly Said[]): readonly Said[] {
  const idOf = (one: Said) => ('id' in one ? one.id : '');
  return [...said].sort((a, b) => (idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0));
}

/**
 * Plays one sequence against the server and the model. Gives how they differ, with everything that was played, or null.
 */
export async function play(server: FrameServer, seed: number): Promise<string | null> {
  const random = createRandom(seed);
  const model = new ProtocolModel(maxRunning);
  const session = `session ${seed}`;
  const story: string[] = [];
  const said: Said[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${server.transport.port}/graphql`, 'graphql-transport-ws');
  let heard = () => {};
  let closed: number | null = null;
  let barriers = 0;
  socket.on('message', (data) => {
    const { type, id, payload } = JSON.parse(String(data));
    if (payload?.barrier) barriers = payload.barrier;
    else if (type === 'error') said.push({ type, id, code: payload[0].extensions.code });
    else if (type === 'pong') said.push(payload ? { type, payload } : { type });
    else said.push(id === undefined ? { type } : { type, id });
    heard();
  });
  socket.on('close', (code) => {
    closed = code;
    heard();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });

  const until = async (holds: () => boolean) => {
    while (closed === null && !holds())
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
  };
  let asked = 0;
  /** Once it is over, everything that was begun before has been answered. */
  const barrier = async () => {
    asked++;
    const payload = { barrier: asked };
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'ping', payload }));
    await until(() => barriers === asked);
  };

  let keys = 0;
  const turn = () => {
    const happening = random.chance(0.25) ? happeningOf(random, model) : null;
    if (happening) {
      story.push(JSON.stringify(happening));
      model.happens(happening);
      if (happening.type === 'revocation')
        server.transport.server.endAccess({ kind: 'session', id: session });
      else {
        const items = { event: 'an event', end: 'end', failure: new AppError('CHAT_NOT_ACCESSIBLE') };
        const source = server.sources.get(happening.key);
        source?.push(items[happening.type]);
        // Nobody returns a source that has said itself that it is over.
        if (happening.type === 'end') source?.ended.resolve();
      }
      return;
    }
    // In one write, so that the server meets all of them in one turn.
    const wire = (socket as unknown as { _socket: { cork(): void; uncork(): void } })._socket;
    wire.cork();
    for (let n = random.int(4); n >= 0; n--) {
      const frame: Frame =
        story.length === 0 && random.chance(0.95)
          ? { type: 'connection_init', token: random.pick(['good', 'good', 'good', 'good', 'none', 'bad']) }
          : randomFrame(random, `${seed} ${keys++}`, model);
      story.push(JSON.stringify(frame));
      model.frame(frame);
      const text = textOf(frame, session);
      socket.send(random.chance(0.1) ? Buffer.from(text) : text);
    }
    wire.uncork();
  };

  let flaw: string | null = null;
  for (let turns = 3 + random.int(9); turns > 0 && model.closed === null && !flaw; turns--) {
    turn();
    const expected = byId(model.settle());
    if (model.closed === null) {
      await barrier();
      await barrier();
    } else await until(() => false);
    const differs = JSON.stringify(byId(said)) !== JSON.stringify(expected) || closed !== model.closed;
    if (differs)
      flaw = [
        `seed ${seed}:`,
        ...story,
        `expected ${JSON.stringify(expected)} and ${model.closed}`,
        `got ${JSON.stringify(byId(said))} and ${closed}`,
      ].join('\n');
    story.push('--');
    said.length = 0;
  }
  socket.terminate();
  return flaw;
}
