import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ExecutionResult, getNamedType, parse, subscribe, validate } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createServices } from '../../src/app/services.js';
import { readConfig } from '../../src/config/config.js';
import type { Context, Services } from '../../src/graphql/context.js';
import { schema } from '../../src/graphql/schema.js';
import { sharingOf } from '../../src/graphql/sharing.js';
import { connect } from '../api/transport-fixture.js';
import type { Person, School, SeededLesson } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { randomSelection, selectionOf, turnedOff } from './selections.js';

let app: TestApp;
let services: Services;
let school: School;
let tutor: Person;
let student: Person;
let lesson: SeededLesson;

beforeAll(async () => {
  const { socketLimits, documentLimits } = readConfig({ WS_SOCKETS_PER_USER: '0' });
  app = await startApp({ config: { socketLimits, documentLimits: turnedOff(documentLimits) } });
  services = createServices(app.foundation);
  school = await app.seed.school();
  ({ tutor, student } = await school.pair());
  lesson = await school.lesson(tutor, student);
});
afterAll(() => app.stop());

const caller = { address: '127.0.0.1', network: '127.0.0.1', userAgent: null, language: null };

async function contextOf(person: Person): Promise<Context> {
  const { viewer } = await services.accounts.authenticate(person.accessToken);
  return { viewer, services, caller, requestId: 'test' };
}

const say = (person: Person, body: string, replyToId: string | null = null) =>
  app.client(person.accessToken).data(
    `mutation ($roomId: ID!, $body: String!, $replyToId: ID) {
       sendMessage(input: { roomId: $roomId, body: $body, replyToId: $replyToId }) { message { id } } }`,
    { roomId: lesson.id, body, replyToId },
  );
const rename = (title: string) =>
  app
    .client(tutor.accessToken)
    .data(
      'mutation ($id: ID!, $title: String!) { updateLesson(input: { lessonId: $id, title: $title }) { lesson { id } } }',
      { id: lesson.id, title },
    );

const eventTypeOf = (field: string) => {
  const type = schema.getSubscriptionType()?.getFields()[field]?.type;
  if (!type) throw new Error(`no subscription ${field}`);
  return getNamedType(type);
};

describe('fields that depend on the viewer', () => {
  const marked = (type: { getFields(): Record<string, { extensions: object }> }, field: string) =>
    'viewerDependent' in (type.getFields()[field]?.extensions ?? {});

  /** What two people are given of the same event, when each is executed for. */
  async function givenTo(
    people: Person[],
    field: string,
    argument: string,
    cause: () => Promise<unknown>,
    all: boolean,
  ) {
    const selection = selectionOf(eventTypeOf(field), {
      depth: 4,
      take: (type, name) => all || !marked(type, name),
    });
    const document = parse(`subscription { ${field}(${argument}) ${selection} }`);
    expect(validate(schema, document)).toEqual([]);
    const streams = await Promise.all(
      people.map(async (person) => {
        const stream = await subscribe({ schema, document, contextValue: await contextOf(person) });
        if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream));
        await stream.next();
        return stream;
      }),
    );
    await cause();
    const results = await Promise.all(streams.map(async (stream) => (await stream.next()).value));
    await Promise.all(streams.map((stream) => stream.return(undefined)));
    return results as ExecutionResult[];
  }

  const cases: [string, () => Person[], string, string, () => Promise<unknown>][] = [
    [
      'a chat',
      () => [tutor, student],
      'chatEvents',
      'roomId: ',
      async () => {
        const { sendMessage } = await say(student, 'a question');
        await say(tutor, 'an answer', sendMessage.message.id);
      },
    ],
    ['a lesson', () => [tutor, student], 'lessonEvents', 'lessonId: ', () => rename('Other')],
  ];
  it.each(cases)(
    'are all marked: %s looks the same to those in it',
    async (_name, people, field, name, cause) => {
      const [one, other] = await givenTo(people(), field, `${name}"${lesson.id}"`, cause, false);
      expect(one?.data).toBeTruthy();
      expect(other).toEqual(one);
    },
  );

  it('would be found: with the marked ones, two people do not see the same', async () => {
    const cause = () => say(tutor, 'who wrote this?');
    const [one, other] = await givenTo([tutor, student], 'chatEvents', `roomId: "${lesson.id}"`, cause, true);
    expect(other).not.toEqual(one);
  });

  it('an operation with one is not shared, wherever it is', () => {
    const dependent = (selection: string) =>
      sharingOf(
        schema,
        parse(`subscription { chatEvents(roomId: "x") { ... on MessageSent { message ${selection} } } }
          ${selection.includes('...U') ? 'fragment U on User { email }' : ''}`),
        null,
      ).viewerDependent;
    expect(dependent('{ author { displayName } }')).toBe(false);
    expect(dependent('{ author { x: email } }')).toBe(true);
    expect(dependent('{ replyTo { author { ...U } } }')).toBe(true);
  });

  it('variables count, except one that is only the `after` of the subscribed field', () => {
    const variables = (text: string) => sharingOf(schema, parse(text), null).variables;
    const head = 'subscription ($r: ID!, $a: Cursor, $i: Boolean!) { chatEvents(roomId: $r, after: $a)';
    expect(variables(`${head} { __typename @include(if: $i) } }`)).toEqual(['i', 'r']);
    expect(variables(`${head} { __typename } }`)).toEqual(['r']);
  });
});

describe('what is sent', () => {
  let stock: Server;
  const viewers = new Map<string, Context>();

  beforeAll(async () => {
    stock = createServer();
    const sockets = new WebSocketServer({ server: stock, path: '/graphql' });
    useServer(
      {
        schema,
        context: async ({ connectionParams }) => viewers.get(String(connectionParams?.['accessToken'])),
      },
      sockets,
    );
    await new Promise<void>((resolve) => stock.listen(0, '127.0.0.1', () => resolve()));
    for (const person of [tutor, student]) viewers.set(person.accessToken, await contextOf(person));
  });
  afterAll(() => {
    stock.closeAllConnections();
    stock.close();
  });

  /** The text of each message as it comes over the wire. */
  async function rawSocket(port: number, person: Person) {
    const socket = await connect(port, {});
    await socket.init(person.accessToken);
    const texts: string[] = [];
    const waiting: { count: number; done: () => void }[] = [];
    socket.socket.on('message', (data) => {
      texts.push(String(data));
      for (const wait of waiting) if (texts.length >= wait.count) wait.done();
    });
    return {
      ...socket,
      texts,
      until: (count: number) =>
        new Promise<void>((done) => (texts.length >= count ? done() : waiting.push({ count, done }))),
    };
  }

  it('is byte for byte what graphql-ws would send, for operations at random', async () => {
    const ports = [Number(new URL(app.origin).port), (stock.address() as AddressInfo).port];
    const bodies = ['plain', 'Привіт, "світе" \\ / \u2028', '😀'.repeat(50), `${'long '.repeat(700)}end`];
    const people = [tutor, student];
    const operations = Array.from({ length: 24 }, (_, seed) => ({
      id: ['1', 'ї"\\', `x-${seed}`, '😀'][seed % 4] + String(seed),
      person: people[seed % 2] as Person,
      query: `subscription Op${seed} ($r: ID!) { chatEvents(roomId: $r) ${randomSelection(eventTypeOf('chatEvents'), seed)} }`,
    }));
    const pairs = await Promise.all(
      operations.map(async ({ id, person, query }) => {
        const pair = await Promise.all(ports.map((port) => rawSocket(port, person)));
        for (const one of pair) {
          one.subscribe(id, query, { variables: { r: lesson.id } });
          await one.until(1);
        }
        return pair;
      }),
    );
    for (const [index, body] of bodies.entries()) await say(people[index % 2] as Person, body);
    for (const [ours, stocks] of pairs) {
      if (!ours || !stocks) throw new Error('no pair');
      await Promise.all([ours.until(1 + bodies.length), stocks.until(1 + bodies.length)]);
      // The first is ChannelJoined with the time at which each has joined.
      expect(ours.texts.slice(1)).toEqual(stocks.texts.slice(1));
      expect(ours.texts[0]?.replace(/\d{4}-\d\d-\d\dT[^"]+/, '')).toBe(
        stocks.texts[0]?.replace(/\d{4}-\d\d-\d\dT[^"]+/, ''),
      );
      ours.socket.terminate();
      stocks.socket.terminate();
    }
  });
});
