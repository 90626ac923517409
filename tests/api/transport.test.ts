import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { buildSchema, getIntrospectionQuery } from 'graphql';
import { pino } from 'pino';
import type { Services } from '../../src/graphql/context.js';
import { AppError } from '../../src/shared/errors.js';
import type { GraphiqlPage } from '../../src/transport/graphiql/page.js';
import { createHttpServer } from '../../src/transport/server.js';
import { startTransport } from './transport-fixture.js';

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: {
    message: string;
    path?: unknown;
    extensions: { code: string; detail: string; fields: unknown };
  }[];
}
const graphqlResponse = { accept: 'application/graphql-response+json' };
const page: GraphiqlPage = {
  respond: async ({ host }) => ({
    status: 200,
    headers: { 'content-type': 'text/html', 'x-host': String(host) },
    body: Buffer.from('<p>'),
  }),
};

let api: Awaited<ReturnType<typeof startTransport>>;
beforeAll(async () => {
  api = await startTransport({ graphiql: page });
});
afterAll(() => api.server.stop());

async function failure(answer: Response) {
  const { errors = [], data } = (await answer.json()) as Answer;
  expect(errors).toHaveLength(1);
  return { status: answer.status, code: errors[0]?.extensions.code, error: errors[0], data };
}

/** Writes to a bare TCP connection and gives all that comes back until its end. */
function raw(text: string, port = api.port): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('operations over HTTP', () => {
  test('a query is answered as JSON', async () => {
    const answer = await api.post({
      query: 'query Say($t: String) { echo(text: $t) }',
      variables: { t: 'hi' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toEqual({ data: { echo: 'hi' } });
  });

  test('a query may come by GET', async () => {
    const answer = await api.get(`/graphql?query=${encodeURIComponent('{ echo(text: "a?b") }')}`);
    expect(await answer.json()).toEqual({ data: { echo: 'a?b' } });
  });

  test('a mutation may not come by GET', async () => {
    const answer = await api.get('/graphql?query=mutation%20%7Bchange%7D');
    expect(answer.headers.get('allow')).toBe('POST');
    expect(await failure(answer)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  });

  test('a subscription is sent to the WebSocket', async () => {
    expect(await failure(await api.post({ query: 'subscription { ticks }' }))).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    });
  });

  test('the media type follows the Accept header', async () => {
    const answer = await api.post(
      { query: '{ echo }' },
      { accept: 'application/graphql-response+json, application/json;q=0.9' },
    );
    expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  test('an Accept header that takes no JSON is refused before anything runs', async () => {
    expect(
      await failure(await api.post({ query: 'mutation { change }' }, { accept: 'image/png' })),
    ).toMatchObject({ status: 406, code: 'BAD_REQUEST' });
  });

  test('the whole introspection query of GraphiQL passes the guard', async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      specifiedByUrl: true,
      schemaDescription: true,
    });
    const { data, errors } = (await (await api.post({ query })).json()) as Answer;
    expect(errors).toBeUndefined();
    expect(data).toHaveProperty('__schema.queryType.name', 'Query');
  });

  test('a resolver knows who calls', async () => {
    const answer = await api.post({ query: '{ caller }' }, { 'user-agent': 'a test' });
    expect(await answer.json()).toEqual({ data: { caller: '127.0.0.1 a test' } });
  });
});

describe('a failing operation over HTTP', () => {
  test.each([
    [
      'a syntax error',
      '{ echo',
      'GRAPHQL_PARSE_FAILED',
      'The document does not parse: Syntax Error: Expected Name, found <EOF>.',
    ],
    [
      'an unknown field',
      '{ nothing }',
      'GRAPHQL_VALIDATION_FAILED',
      'The document is not valid: Cannot query field "nothing" on type "Query".',
    ],
    [
      'a document too deep',
      `{ ${'self { '.repeat(12)} echo ${'} '.repeat(12)} }`,
      'DOCUMENT_TOO_COMPLEX',
      'The document exceeds a limit.',
    ],
    ['too many operations', 'query A { echo } query B { echo }', 'OPERATION_RESOLUTION_FAILURE', undefined],
    ['a bad literal', '{ find(input: { from: "never" }) }', 'VALIDATION_ERROR', 'The input is not valid.'],
  ])(
    '%s is 200 in application/json and 400 in application/graphql-response+json',
    async (_name, query, code, detail) => {
      const old = await failure(await api.post({ query }));
      expect(old).toMatchObject({ status: 200, code });
      expect(old.data).toBeUndefined();
      if (detail) expect(old.error).toMatchObject({ message: detail, extensions: { detail } });
      expect(await failure(await api.post({ query }, graphqlResponse))).toMatchObject({ status: 400, code });
    },
  );

  test('a bad variable is told at its path', async () => {
    const query = 'query ($input: FindInput!) { find(input: $input) }';
    const answer = await api.post(
      { query, variables: { input: { from: '2026-01-01T00:00:00Z', days: ['2026-01-01T00:00:00Z', 'x'] } } },
      graphqlResponse,
    );
    const { status, error } = await failure(answer);
    expect(status).toBe(400);
    expect(error?.extensions).toEqual({
      code: 'VALIDATION_ERROR',
      detail: 'The input is not valid.',
      fields: { 'input.days.1': ['is not valid'] },
    });
  });

  test.each([
    ['missing', {}, { input: ['is required'] }],
    ['null', { input: null }, { input: ['must not be null'] }],
    ['without a field', { input: {} }, { 'input.from': ['is required'] }],
    [
      'with a field too many',
      { input: { from: '2026-01-01T00:00:00Z', foo: 1 } },
      { 'input.foo': ['is not defined'] },
    ],
  ])('a variable that is %s is told at its path', async (_name, variables, fields) => {
    const answer = await api.post({ query: 'query ($input: FindInput!) { find(input: $input) }', variables });
    expect((await failure(answer)).error?.extensions).toMatchObject({ code: 'VALIDATION_ERROR', fields });
  });

  test('a failure that is meant for the caller leaves the rest of the data', async () => {
    const { data, errors } = (await (
      await api.post({ query: '{ missing echo(text: "here") }' })
    ).json()) as Answer;
    expect(data).toEqual({ missing: null, echo: 'here' });
    expect(errors).toEqual([
      {
        message: 'There is no such lesson.',
        locations: [{ line: 1, column: 3 }],
        path: ['missing'],
        extensions: { code: 'LESSON_NOT_FOUND', detail: 'There is no such lesson.', fields: {} },
      },
    ]);
  });

  test('an unexpected failure is masked, and the log has it under the request id', async () => {
    const answer = await api.post({ query: '{ boom }' }, { 'x-request-id': 'trace-77' });
    const { status, code, error } = await failure(answer);
    expect({ status, code }).toEqual({ status: 200, code: 'INTERNAL_ERROR' });
    expect(error?.extensions.detail).toContain('trace-77');
    expect(JSON.stringify(error)).not.toContain('secret');
    const errors = api.log.filter((entry) => entry.includes('"level":50'));
    const lines = errors.filter((entry) => entry.includes('trace-77'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the secret of the house');
  });

  test('an outage of the database is SERVICE_UNAVAILABLE', async () => {
    expect(await failure(await api.post({ query: '{ outage }' }))).toMatchObject({
      status: 200,
      code: 'SERVICE_UNAVAILABLE',
    });
  });

  test('a persisted query is refused in the words that clients know', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
    const { code, error } = await failure(await api.post({ extensions }));
    expect({ code, message: error?.message }).toEqual({
      code: 'PERSISTED_QUERY_NOT_SUPPORTED',
      message: 'PersistedQueryNotSupported',
    });
  });
});

describe('a bad HTTP request', () => {
  test.each([
    ['text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/json; charset=utf-16', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/graphql', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('with content type %s is %d', async (type, status, code) => {
    expect(await failure(await api.post('{"query":"{ echo }"}', { 'content-type': type }))).toMatchObject({
      status,
      code,
    });
  });

  test.each([
    ['bad JSON', '{"query":', { body: ['не є коректним JSON'] }],
    ['no object', '3', { body: ['має бути об’єктом'] }],
    ['a batch', '[{"query":"{ echo }"}]', { body: ['має бути об’єктом'] }],
    ['no query', '{}', { query: ['є обов’язковим'] }],
    ['an empty query', '{"query":""}', { query: ['є обов’язковим'] }],
    ['a query that is no text', '{"query":{"kind":"Document"}}', { query: ['має бути текстом'] }],
    [
      'variables that are no object',
      '{"query":"{ echo }","variables":[]}',
      { variables: ['має бути об’єктом'] },
    ],
    [
      'extensions that are no object',
      '{"query":"{ echo }","extensions":"x"}',
      { extensions: ['має бути об’єктом'] },
    ],
    [
      'a name that is no text',
      '{"query":"{ echo }","operationName":1}',
      { operationName: ['має бути текстом'] },
    ],
    [
      'a key that would change prototypes',
      '{"query":"{ echo }","__proto__":{"a":1}}',
      { body: ['тут не передбачено'] },
    ],
  ])('with %s is 400, and says in the reader’s language what is wrong', async (_name, body, fields) => {
    const { error, ...answer } = await failure(await api.post(body, { 'accept-language': 'uk' }));
    expect(answer).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(error?.extensions).toEqual({
      code: 'BAD_REQUEST',
      detail: 'Не вдалося зрозуміти запит.',
      fields,
    });
  });

  test.each([
    ['a parameter that comes twice', '?query={echo}&query={echo}', 'query', 'must come once'],
    ['variables that are no JSON', '?query={echo}&variables={', 'variables', 'is not valid JSON'],
    ['variables that are no object', '?query={echo}&variables=[1]', 'variables', 'must be an object'],
  ])('by GET with %s is 400', async (_name, search, field, problem) => {
    const { status, error } = await failure(await api.get(`/graphql${search}`));
    expect([status, error?.extensions]).toEqual([
      400,
      { code: 'BAD_REQUEST', detail: expect.any(String), fields: { [field]: [problem] } },
    ]);
  });

  test('by GET with another content type is 415', async () => {
    const answer = await api.get('/graphql?query={echo}', { 'content-type': 'text/plain' });
    expect(await failure(answer)).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  test('with a variable that would change prototypes is refused, though nobody has declared it', async () => {
    const { error } = await failure(await api.post('{"query":"{ echo }","variables":{"__proto__":{"a":1}}}'));
    expect(error?.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'variables.__proto__': ['is not defined'] },
    });
  });

  test('with a body of more than 1 MB is 413', async () => {
    expect(await failure(await api.post({ query: 'x'.repeat(1024 * 1024) }))).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  test('with a document of more than 64 KB is too complex', async () => {
    expect(await failure(await api.post({ query: `{ echo } #${'x'.repeat(64 * 1024)}` }))).toMatchObject({
      code: 'DOCUMENT_TOO_COMPLEX',
    });
  });

  test('to /graphql with another method is 405', async () => {
    const answer = await fetch(`${api.url}/graphql`, { method: 'DELETE' });
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    expect(await failure(answer)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  });

  test.each([
    ['GET', '/nothing', 404, 'NOT_FOUND'],
    ['POST', '/health/live', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/%zz', 400, 'BAD_REQUEST'],
  ])('%s %s elsewhere is %d with the error of other endpoints', async (method, path, status, code) => {
    const answer = await fetch(`${api.url}${path}`, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(await answer.json()).toEqual({ error: { code, detail: expect.any(String), fields: {} } });
  });

  test('that is no HTTP is answered in the same shape', async () => {
    const answer = await raw('this is no request\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"BAD_REQUEST"');
  });

  test('with two hosts is 400', async () => {
    expect(await raw('GET /health/live HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });

  test('with a host that is none is 400', async () => {
    const answer = await raw('GET /graphql?query={echo} HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('{"errors":[');
  });
});

describe('every HTTP answer', () => {
  test('has the request id that came', async () => {
    const answer = await api.post({ query: '{ echo }' }, { 'x-request-id': 'abc.123' });
    expect(answer.headers.get('x-request-id')).toBe('abc.123');
  });

  test('has a new request id for one that a log should not hold', async () => {
    const answer = await api.post({ query: '{ echo }' }, { 'x-request-id': 'a b"c' });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  test('forbids sniffing and tells no referrer', async () => {
    const { headers } = await api.get('/health/live');
    expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual([
      'nosniff',
      'no-referrer',
    ]);
  });
});

describe('authentication over HTTP', () => {
  test('without a token the operation is anonymous', async () => {
    expect(await (await api.post({ query: '{ viewer }' })).json()).toEqual({ data: { viewer: null } });
  });

  test('a good token names the viewer', async () => {
    const answer = await api.post({ query: '{ viewer }' }, { authorization: 'Bearer good' });
    expect(await answer.json()).toEqual({ data: { viewer: 'Olena' } });
  });

  test.each(['Bearer bad', 'Basic Zm9v', 'Bearer', ''])(
    '"%s" is UNAUTHENTICATED, not anonymous',
    async (authorization) => {
      const answer = await api.post({ query: '{ viewer }' }, { authorization });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await failure(answer)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    },
  );

  test('an outage while the token is read is 503', async () => {
    api.tokens.set('away', () => Promise.reject(new Error('Connection terminated unexpectedly')));
    const answer = await api.post({ query: '{ viewer }' }, { authorization: 'Bearer away' });
    expect(await failure(answer)).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
  });
});

describe('GET /graphql of a browser', () => {
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  test('is the page', async () => {
    const answer = await api.get('/graphql', { accept });
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.headers.get('x-host')).toBe(`127.0.0.1:${api.port}`);
    expect(await answer.text()).toBe('<p>');
  });

  test('is JSON where there is no page', async () => {
    const bare = await startTransport();
    try {
      expect(await failure(await bare.get('/graphql', { accept }))).toMatchObject({
        status: 400,
        code: 'BAD_REQUEST',
      });
    } finally {
      await bare.server.stop();
    }
  });
});

describe('introspection that is turned off', () => {
  let closed: typeof api;
  beforeAll(async () => {
    closed = await startTransport({ introspection: false });
  });
  afterAll(() => closed.server.stop());

  test.each([
    '{ __schema { queryType { name } } }',
    '{ ...F } fragment F on Query { a: __type(name: "Query") { name } }',
  ])('refuses %s', async (query) => {
    expect((await failure(await closed.post({ query }))).error?.extensions).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
      detail: 'The document is not valid: Introspection is turned off.',
    });
  });

  test('suggests no names', async () => {
    expect((await failure(await closed.post({ query: '{ ech }' }))).error?.message).toBe(
      'The document is not valid: Cannot query field "ech" on type "Query".',
    );
  });

  test('still answers __typename', async () => {
    expect(await (await closed.post({ query: '{ __typename }' })).json()).toEqual({
      data: { __typename: 'Query' },
    });
  });
});

describe('health', () => {
  test('live is 200, with and without a slash', async () => {
    for (const path of ['/health/live', '/health/live/']) expect((await api.get(path)).status).toBe(200);
  });

  test('ready is 200 when it is', async () => {
    const answer = await api.get('/health/ready');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  });

  test.each([
    ['is not', async () => false],
    ['fails', () => Promise.reject(new Error('away'))],
    ['hangs', () => new Promise<boolean>(() => {})],
  ])('ready is 503 when the check %s', async (_name, ready) => {
    const bare = await startTransport({ ready });
    try {
      const answer = await bare.get('/health/ready');
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ error: { code: 'SERVICE_UNAVAILABLE' } });
    } finally {
      await bare.server.stop();
    }
  });
});

describe('time', () => {
  test.each([
    ['headers', { headersMs: 200, requestMs: 30_000 }, 'GET /health/live HTTP/1.1\r\nhost: x\r\n'],
    [
      'body',
      { headersMs: 200, requestMs: 400 },
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ],
  ])('a %s that never ends is cut with 408', async (_name, limits, text) => {
    const start = performance.now();
    const bare = await startTransport({ limits });
    expect(await raw(text, bare.port)).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - start).toBeLessThan(20_000);
    await bare.server.stop();
  });

  test('a stop lets a running request end, and takes no new one', async () => {
    const bare = await startTransport();
    const running = bare.post({ query: '{ slow }' });
    await bare.slow.started.promise;
    const stopped = bare.server.stop();
    await expect(fetch(`${bare.url}/health/live`)).rejects.toThrow();
    bare.slow.release.resolve();
    const answer = await running;
    expect(await answer.json()).toEqual({ data: { slow: 'done' } });
    expect(answer.headers.get('connection')).toBe('close');
    await stopped;
  });

  test('a stop cuts a request that does not end', async () => {
    const bare = await startTransport({ limits: { shutdownMs: 100 } });
    const running = new Promise((resolve) => {
      const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const request = httpRequest(`${bare.url}/graphql`, options);
      request.on('error', resolve);
      request.end('{"query":"{ slow }"}');
    });
    await bare.slow.started.promise;
    await bare.server.stop();
    expect(await running).toMatchObject({ code: 'ECONNRESET' });
    bare.slow.release.resolve();
  });

  test('a stop is the same stop when asked twice', async () => {
    const bare = await startTransport();
    await Promise.all([bare.server.stop(), bare.server.stop()]);
    await expect(fetch(bare.url)).rejects.toThrow();
  });

  function unstarted(port: number) {
    return createHttpServer({
      schema: buildSchema('type Query { n: Int }'),
      services: {} as Services,
      authenticate: () => Promise.reject(new AppError('UNAUTHENTICATED')),
      introspection: true,
      graphiql: null,
      ready: async () => true,
      logger: pino({ level: 'silent' }),
      host: '127.0.0.1',
      port,
    });
  }

  test('a server whose port is taken says so, and can be stopped', async () => {
    const server = unstarted(api.port);
    await expect(server.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.stop();
  });

  test('a server that never started can be stopped', async () => {
    await expect(unstarted(0).stop()).resolves.toBeUndefined();
  });
});
