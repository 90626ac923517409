import { readFileSync } from 'node:fs';
import { playStory } from '../../examples/story.js';
import { parseDocumentList } from '../../src/graphql/persisted-documents.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const list = parseDocumentList(
  readFileSync(new URL('../../client/generated/persisted-documents.json', import.meta.url), 'utf8'),
);
const [hash = '', text = ''] = Object.entries(list).find(([, one]) => one.startsWith('query Viewer')) ?? [];
const named = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

let app: TestApp;
let token: string;
beforeAll(async () => {
  app = await startApp({ config: { persistedDocumentsOnly: true } });
  token = (await (await app.seed.school()).tutor()).accessToken;
});
afterAll(() => app.stop());

/** What an operation is answered over HTTP POST and over WebSocket: its code, or its data. */
async function both(operation: { query?: string; extensions?: object; variables?: object }) {
  const answer = await fetch(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(operation),
  });
  const body = (await answer.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  const overSocket = await app
    .socket(token)
    .client.iterate({ query: '', ...operation } as { query: string })
    .next()
    .then(
      ({ value }) => value?.data,
      (errors) => errors[0]?.extensions.code,
    );
  return { http: body.errors?.[0]?.extensions.code ?? body.data, ws: overSocket, status: answer.status };
}

it('a listed document is run, by its text and by its hash, on both transports', async () => {
  const data = { viewer: expect.objectContaining({ role: 'TUTOR' }) };
  expect(await both({ query: text })).toMatchObject({ http: data, ws: data });
  expect(await both({ extensions: named(hash) })).toMatchObject({ http: data, ws: data });
  expect(await both({ query: text, extensions: named(hash) })).toMatchObject({ http: data, ws: data });
});

it('a listed document may come by GET', async () => {
  const url = `${app.url}?extensions=${encodeURIComponent(JSON.stringify(named(hash)))}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(await answer.json()).toMatchObject({ data: { viewer: { role: 'TUTOR' } } });
});

it.each([
  ['another document', { query: '{ viewer { id } }' }],
  ['a listed one with a space more', { query: `${text} ` }],
  ['another one under the hash of a listed one', { query: '{ viewer { id } }', extensions: named(hash) }],
  ['one that is no GraphQL at all', { query: '{'.repeat(100) }],
])('%s is refused before it is parsed', async (_name, operation) => {
  expect(await both(operation)).toEqual({
    http: 'DOCUMENT_NOT_LISTED',
    ws: 'DOCUMENT_NOT_LISTED',
    status: 403,
  });
});

it.each(['a'.repeat(64), '__proto__', 'constructor'])(
  'the unknown hash %s asks for the text, as clients know it',
  async (unknown) => {
    expect(await both({ extensions: named(unknown) })).toMatchObject({
      http: 'PERSISTED_QUERY_NOT_FOUND',
      ws: 'PERSISTED_QUERY_NOT_FOUND',
    });
  },
);

it('the whole story of the example client is played with listed documents alone', async () => {
  await app.worker().start();
  const lines: string[] = [];
  await playStory({ url: app.url, print: (line) => lines.push(line) });
  expect(lines.at(-1)).toBe('Both signed out. The end.');
});

it('a list whose hashes are not those of its documents is refused at the start', () => {
  expect(() => parseDocumentList('{"abc":"{ viewer { id } }"}')).toThrow(
    'abc is not the hash of its document',
  );
  expect(() => parseDocumentList('[]')).not.toThrow();
  expect(() => parseDocumentList('3')).toThrow();
});
