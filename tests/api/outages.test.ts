import pg from 'pg';
import { readConfig } from '../../src/config/config.js';
import { eventually } from '../testkit/eventually.js';
import { type Link, openLink } from '../testkit/link.js';
import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { createTestDatabase } from '../testkit/test-database.js';
import { connect } from './transport-fixture.js';

/** What an outage looks like to a client, over HTTP and WebSocket: the app reaches its database by a way of its own. */
const log: string[] = [];
const budget = 2_000;
let app: TestApp;
let link: Link;
let direct: string;
let student: Person;
beforeAll(async () => {
  const database = await createTestDatabase();
  direct = database.url;
  const url = new URL(direct);
  link = await openLink(Number(url.port));
  url.port = String(link.port);
  url.hostname = '127.0.0.1';
  app = await startApp({
    database: { ...database, url: url.href },
    log: { write: (line) => void log.push(line) },
    config: {
      databaseWaitMs: 1_000,
      // Nobody listens there: Redis is away all the time.
      redisUrl: 'redis://127.0.0.1:1',
      operationBudgets: { ...readConfig({}).operationBudgets, userCost: budget },
    },
  });
  student = await (await app.seed.school()).student();
});
afterAll(async () => {
  await link.mend();
  await app.stop();
  await link.stop();
});

const fromDatabase = '{ lessons(first: 1) { edges { cursor } } }';
const toDatabase = 'mutation { updateProfile(input: { displayName: "Olha" }) { user { id } } }';
let requests = 0;

/** The first error over HTTP, and the id of the request. */
async function overHttp(query: string, language = 'en', person = student) {
  const id = `http-${++requests}`;
  const response = await fetch(app.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': language,
      'x-request-id': id,
      authorization: `Bearer ${person.accessToken}`,
    },
    body: JSON.stringify({ query }),
  });
  const { errors = [] } = (await response.json()) as { errors?: { extensions: object }[] };
  expect(response.headers.get('x-request-id')).toBe(id);
  return { id, error: errors[0]?.extensions };
}

/** A socket that is signed in, with its request id. */
async function openSocket(person = student) {
  const id = `socket-${++requests}`;
  const { port } = new URL(app.url);
  const socket = await connect(Number(port), { headers: { 'x-request-id': id, 'accept-language': 'uk' } });
  expect(await socket.init(person.accessToken)).toEqual({ type: 'connection_ack' });
  return {
    id,
    async ask(query: string) {
      socket.subscribe('1', query);
      const { type, payload } = await socket.next();
      if (type === 'next') expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
      const errors = ((payload as { errors?: unknown[] }).errors ?? payload) as { extensions: object }[];
      return errors[0]?.extensions;
    },
    close: () => socket.socket.close(),
  };
}

const unavailable = {
  en: {
    code: 'SERVICE_UNAVAILABLE',
    detail: 'The service is not available right now; try again shortly.',
    fields: {},
  },
  uk: {
    code: 'SERVICE_UNAVAILABLE',
    detail: 'Сервіс зараз недоступний; спробуйте трохи згодом.',
    fields: {},
  },
};
const reads = () => app.client(student.accessToken).send(fromDatabase);

describe('SERVICE_UNAVAILABLE over HTTP and WebSocket, and everything as before afterwards,', () => {
  let socket: Awaited<ReturnType<typeof openSocket>>;
  beforeAll(async () => {
    socket = await openSocket();
  });
  afterAll(() => socket.close());
  afterEach(async () => {
    await link.mend();
    await eventually(
      () => reads(),
      ({ errors }) => errors === undefined,
    );
    expect(await socket.ask('{ __typename }')).toBeUndefined();
  });

  it('when the database is gone: connections break, and new ones are refused', async () => {
    await link.cut();
    const [http, ws] = await Promise.all([overHttp(fromDatabase), socket.ask(fromDatabase)]);
    expect([http.error, ws]).toEqual([unavailable.en, unavailable.uk]);
    const again = await Promise.all([overHttp(fromDatabase, 'uk'), socket.ask(toDatabase)]);
    expect([again[0].error, again[1]]).toEqual([unavailable.uk, unavailable.uk]);
  });

  it('when the database breaks off in the middle of a statement', async () => {
    const holder = await holdProfile();
    const asked = Promise.all([overHttp(toDatabase), socket.ask(toDatabase)]);
    await holder.awaited(2);
    await link.cut();
    const [http, ws] = await asked;
    await holder.end();
    expect([http.error, ws]).toEqual([unavailable.en, unavailable.uk]);
  });

  it('when the database is frozen and says nothing at all', async () => {
    await reads();
    link.freeze();
    const [http, ws] = await Promise.all([overHttp(fromDatabase), socket.ask(fromDatabase)]);
    expect([http.error, ws]).toEqual([unavailable.en, unavailable.uk]);
  });

  it('when a row is locked for longer than anybody should wait', async () => {
    const holder = await holdProfile();
    const start = performance.now();
    const [http, ws] = await Promise.all([overHttp(toDatabase), socket.ask(toDatabase)]);
    const waited = performance.now() - start;
    await holder.end();
    // Two seconds for a lock; nine are the most for any statement.
    expect(waited).toBeLessThan(8_500);
    expect([http.error, ws]).toEqual([unavailable.en, unavailable.uk]);
  });

  /** Somebody else's transaction, which holds the person's row. */
  async function holdProfile() {
    const client = new pg.Client({ connectionString: direct });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM app_user WHERE id = $1 FOR UPDATE', [student.uuid]);
    return {
      awaited: (count: number) =>
        eventually(
          async () => {
            // Within a transaction what others do is otherwise what it was at the first look.
            await client.query('SELECT pg_stat_clear_snapshot()');
            const { rowCount } = await client.query(
              "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
            );
            return rowCount ?? 0;
          },
          (waiting) => waiting >= count,
        ),
      end: async () => {
        await client.query('ROLLBACK');
        await client.end();
      },
    };
  }
});

it('without Redis everything is answered, and the limits hold, over HTTP and WebSocket together', async () => {
  const person = await (await app.seed.school()).student();
  // Costs more than half of the budget.
  const page =
    '{ lessons(first: 100) { edges { node { id title status startsAt endsAt tutor { id displayName } student { id displayName } } } } }';
  expect((await overHttp(page, 'uk', person)).error).toBeUndefined();
  const socket = await openSocket(person);
  const refused = {
    code: 'RATE_LIMITED',
    detail: 'Забагато запитів; спробуйте пізніше.',
    fields: {},
    retryAfter: expect.any(Number),
  };
  expect(await socket.ask(page)).toEqual(refused);
  expect((await overHttp(page, 'uk', person)).error).toEqual(refused);
  socket.close();
  expect(log.filter((line) => line.includes('Redis is away'))).toHaveLength(1);
});

it('what nobody expected is masked, and is in the log under the id of its request', async () => {
  const socket = await openSocket();
  await app.foundation.database.sql('ALTER TABLE lesson RENAME TO lesson_of_before');
  try {
    const http = await overHttp(fromDatabase);
    const ws = await socket.ask(fromDatabase);
    expect([http.error, ws]).toEqual([
      {
        code: 'INTERNAL_ERROR',
        detail: `Something went wrong on our side. The request id is ${http.id}.`,
        fields: {},
      },
      {
        code: 'INTERNAL_ERROR',
        detail: `У нас щось пішло не так. Ідентифікатор запиту: ${socket.id}.`,
        fields: {},
      },
    ]);
    for (const id of [http.id, socket.id]) {
      const lines = log
        .map((line) => JSON.parse(line))
        .filter(({ requestId, err }) => requestId === id && err);
      expect(lines).toMatchObject([{ err: { message: expect.stringContaining('lesson') } }]);
    }
  } finally {
    await app.foundation.database.sql('ALTER TABLE lesson_of_before RENAME TO lesson');
  }
  socket.close();
});
