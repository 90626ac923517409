import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { eventually } from '../testkit/eventually.js';
import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const lines: string[] = [];
let app: TestApp;
let english: Person;
let ukrainian: Person;
beforeAll(async () => {
  app = await startApp({ log: { write: (line) => void lines.push(line) } });
  const school = await app.seed.school();
  english = await school.student();
  ukrainian = await school.student();
  await app.foundation.database.sql(`UPDATE app_user SET locale = 'uk' WHERE id = $1`, ukrainian.uuid);
});
afterAll(() => app.stop());

const inEnglish = 'There is nothing here.';
const inUkrainian = 'Тут нічого немає.';

async function ask(query: string, headers: Record<string, string>, variables = {}) {
  const response = await fetch(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
  return { response, error: errors[0] };
}

describe('the words of an error are in the language', () => {
  const query = '{ node(id: "nothing") { id } }';
  it.each([
    ['that the header likes best', 'en;q=0.5, uk-UA', () => english, inUkrainian],
    ['of the header, whatever the locale is', 'en-GB', () => ukrainian, inEnglish],
    ['of the locale when the header has a wildcard', '*', () => ukrainian, inUkrainian],
    ['of the locale when the header has other languages only', 'de, fr;q=0.9', () => ukrainian, inUkrainian],
    ['of the locale when the header refuses ours', 'uk;q=0', () => english, inEnglish],
  ])('%s', async (_name, language, person, message) => {
    const { error } = await ask(query, {
      'accept-language': language,
      authorization: `Bearer ${person().accessToken}`,
    });
    expect(error).toMatchObject({ message, extensions: { code: 'NOT_FOUND', detail: message } });
  });

  it('also of an id that is of none of several kinds', async () => {
    const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
    const input = { roomId: english.id, body: 'x', clientMessageId: '1' };
    const fieldsIn = async (language: string) => {
      const headers = { 'accept-language': language, authorization: `Bearer ${english.accessToken}` };
      return (await ask(send, headers, { input })).error?.extensions;
    };
    expect(await fieldsIn('en')).toMatchObject({
      fields: { 'input.roomId': ['must be an id that begins with one of lesson_, classroom_, relation_'] },
    });
    expect(await fieldsIn('uk')).toMatchObject({
      fields: {
        'input.roomId': ['має бути ідентифікатором, що починається одним із: lesson_, classroom_, relation_'],
      },
    });
  });

  it('also in the messages of fields, and before it is known who asks', async () => {
    const headers = { 'accept-language': 'uk' };
    const { error } = await ask('query ($id: ID!) { lesson(id: $id) { id } }', headers);
    expect(error?.extensions).toEqual({
      code: 'VALIDATION_ERROR',
      detail: 'Введені дані некоректні.',
      fields: { id: ['є обов’язковим'] },
    });
    expect((await ask('{ nothing }', headers)).error?.message).toBe(
      'Документ некоректний: Cannot query field "nothing" on type "Query".',
    );
    expect(
      (await ask('{ viewer { id } }', { ...headers, authorization: 'Basic x' })).error?.extensions,
    ).toEqual({
      code: 'UNAUTHENTICATED',
      detail: 'Спершу увійдіть.',
      fields: { authorization: ['має складатися з «Bearer» і токена'] },
    });
  });

  it.each([
    ['uk', () => english, inUkrainian],
    ['', () => ukrainian, inUkrainian],
    ['', () => english, inEnglish],
  ])('on a socket with the header %p', async (language, person, message) => {
    const client = createClient({
      url: app.wsUrl,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocols: string) {
          super(url, protocols, { headers: language ? { 'accept-language': language } : {} });
        }
      },
      connectionParams: { accessToken: person().accessToken },
    });
    const { value } = await client.iterate({ query }).next();
    expect(value?.errors).toMatchObject([{ message }]);
    await client.dispose();
  });

  it.each([
    ['GET', '/nowhere', 404, 'NOT_FOUND', inUkrainian],
    ['POST', '/health/live', 405, 'METHOD_NOT_ALLOWED', 'Цей метод тут не дозволено.'],
    ['GET', '/calendar/nothing.ics', 404, 'NOT_FOUND', inUkrainian],
  ])('at other endpoints: %s %s', async (method, path, status, code, detail) => {
    const response = await fetch(app.origin + path, { method, headers: { 'accept-language': 'uk' } });
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: { code, detail, fields: {} } },
    ]);
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a request id', () => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const answers: [what: string, path: string, init: RequestInit, status: number][] = [
    ['an operation', '/graphql', { ...post, body: '{"query":"{ viewer { id } }"}' }, 200],
    ['a document that is none', '/graphql', { ...post, body: '{"query":"{"}' }, 200],
    ['a body that is none', '/graphql', { ...post, body: '{' }, 400],
    ['a body too large', '/graphql', { ...post, body: ' '.repeat(1024 * 1024 + 1) }, 413],
    ['another type', '/graphql', { ...post, headers: { 'content-type': 'text/plain' }, body: 'x' }, 415],
    ['a preflight request', '/graphql', { method: 'OPTIONS', headers: { origin: 'http://localhost' } }, 204],
    ['GraphiQL', '/graphql', { headers: { accept: 'text/html' } }, 200],
    ['health', '/health/live', {}, 200],
    ['readiness', '/health/ready', {}, 200],
    ['metrics', '/metrics', {}, 200],
    ['a path that is none', '/nowhere', {}, 404],
    ['a method that is none', '/health/live', { method: 'DELETE' }, 405],
    ['a path that cannot be read', '/%zz', {}, 400],
    ['a calendar', '/calendar/nothing.ics', {}, 404],
    ['an export', '/exports/nothing', {}, 404],
    ['an export of a room', '/exports/rooms/nothing', {}, 401],
  ];
  /** What is logged between, as far as it is about requests. */
  const logged = (from: number) =>
    lines.slice(from).map((line) => JSON.parse(line) as Record<string, unknown>);

  it.each(answers)('is on the answer and in every line of the log: %s', async (what, path, init, status) => {
    const from = lines.length;
    const id = `of:${what.replaceAll(' ', '-')}`;
    const headers = { ...(init.headers as Record<string, string>), 'x-request-id': id };
    const response = await fetch(app.origin + path, { ...init, headers });
    await response.arrayBuffer();
    expect([response.status, response.headers.get('x-request-id')]).toEqual([status, id]);
    const own = await eventually(
      () => logged(from).filter(({ requestId }) => requestId === id),
      (found) => found.some(({ msg }) => msg === 'request'),
    );
    expect(own.filter(({ msg }) => msg === 'request')).toHaveLength(1);
    expect(logged(from).filter(({ requestId }) => requestId !== id)).toEqual([]);
  });

  it('is on a handshake, and in every line of the log about its socket, refused or not', async () => {
    const from = lines.length;
    const open = (path: string, id: string) =>
      new Promise<unknown>((resolve) => {
        const socket = new WebSocket(app.origin.replace('http', 'ws') + path, 'graphql-transport-ws', {
          headers: { 'x-request-id': id },
        });
        socket.once('unexpected-response', (_request, response) => {
          resolve(response.headers['x-request-id']);
          socket.terminate();
        });
        let given: unknown;
        socket.once('upgrade', ({ headers }) => {
          given = headers['x-request-id'];
        });
        socket.once('open', () => {
          socket.send('{"type":"connection_init"}');
          socket.on('message', (data) => {
            if (String(data).includes('connection_ack'))
              for (const [index, query] of ['{', '{ viewer { id } }'].entries())
                socket.send(JSON.stringify({ type: 'subscribe', id: String(index), payload: { query } }));
            if (String(data).includes('"id":"1","type":"complete"')) resolve(given);
          });
        });
        socket.on('error', () => {});
      });
    expect(await open('/elsewhere', 'refused-1')).toBe('refused-1');
    expect(await open('/graphql', 'taken-1')).toBe('taken-1');
    await eventually(
      () => logged(from),
      (found) => found.some(({ msg }) => msg === 'operation'),
    );
    expect(logged(from).filter(({ requestId }) => !/^(refused|taken)-1$/.test(String(requestId)))).toEqual(
      [],
    );
  });
});

it('a failure beside others leaves their data', async () => {
  const response = await app.client(english.accessToken).send('{ node(id: "nothing") { id } viewer { id } }');
  expect(response.data).toEqual({ node: null, viewer: { id: english.id } });
  expect(response.errors?.map(({ path }) => path)).toEqual([['node']]);
});

it('an archived classroom says so to whoever writes in it', async () => {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const { id } = await school.classroom(tutor, [student]);
  await app.foundation.database.sql('UPDATE classroom SET archived_at = now()');
  const send =
    'mutation ($id: ID!) { sendMessage(input: { roomId: $id, body: "hello" }) { message { id } } }';
  const { extensions } = await app.client(student.accessToken).error(send, { id });
  expect(extensions.code).toBe('CLASSROOM_ARCHIVED');
});
