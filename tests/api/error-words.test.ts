import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
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
