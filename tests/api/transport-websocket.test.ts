import { WebSocket } from 'ws';
import { AppError } from '../../src/shared/errors.js';
import { deferred, startTransport } from './transport-fixture.js';

let api: Awaited<ReturnType<typeof startTransport>>;
beforeAll(async () => {
  api = await startTransport();
});
afterAll(() => api.server.stop());

/** A socket that is signed in. */
async function signedIn(server = api, token = 'good') {
  const socket = await server.socket();
  expect(await socket.init(token)).toEqual({ type: 'connection_ack' });
  return socket;
}

const failure = (id: string, code: string, rest: object = {}) => ({
  id,
  type: 'error',
  payload: [
    expect.objectContaining({
      extensions: { code, detail: expect.any(String), fields: expect.any(Object) },
      ...rest,
    }),
  ],
});

describe('the protocol', () => {
  test('another subprotocol is closed with 4406', async () => {
    const socket = await api.socket({ protocols: ['graphql-ws'] });
    expect(await socket.closed).toMatchObject({ code: 4406 });
  });

  test('no subprotocol is closed with 4406', async () => {
    const socket = await api.socket({ protocols: [] });
    expect(await socket.closed).toMatchObject({ code: 4406 });
  });

  test('a message that is none is closed with 4400', async () => {
    const socket = await api.socket();
    socket.socket.send('{"type":"unheard of"}');
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });

  test('an operation before the acknowledgement is closed with 4401', async () => {
    const socket = await api.socket();
    socket.subscribe('1', '{ echo }');
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  test('a second connection_init is closed with 4429', async () => {
    const socket = await signedIn();
    socket.send({ type: 'connection_init' });
    expect(await socket.closed).toMatchObject({ code: 4429 });
  });

  test('an id that is in use is closed with 4409', async () => {
    const socket = await signedIn();
    socket.subscribe('1', 'subscription { ticks }');
    const source = await api.source();
    socket.subscribe('1', '{ echo }');
    expect(await socket.closed).toMatchObject({ code: 4409 });
    await source.ended.promise;
  });

  test('a message of more than 64 KB is closed with 1009', async () => {
    const socket = await signedIn();
    socket.subscribe('1', `{ echo } #${'x'.repeat(64 * 1024)}`);
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });

  test('a client ping is answered with its payload', async () => {
    const socket = await signedIn();
    socket.send({ type: 'ping', payload: { n: 1 } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { n: 1 } });
    socket.socket.terminate();
  });

  test('a handshake elsewhere is 404', async () => {
    await expect(api.socket({ path: '/other' })).rejects.toThrow('404');
  });

  test('a handshake has a request id', async () => {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-request-id': 'hand.1' },
    });
    const id = await new Promise((resolve) =>
      socket.once('upgrade', ({ headers }) => resolve(headers['x-request-id'])),
    );
    expect(id).toBe('hand.1');
    socket.terminate();
  });
});

describe('sign-in of a socket', () => {
  test.each(['bad', 17, ''])('the token %p is closed with 4403', async (token) => {
    const socket = await api.socket();
    socket.send({ type: 'connection_init', payload: { accessToken: token } });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'UNAUTHENTICATED' });
  });

  test('an outage while the token is read is closed with 1013', async () => {
    api.tokens.set('away', () => Promise.reject(new Error('Connection terminated unexpectedly')));
    const socket = await api.socket();
    socket.send({ type: 'connection_init', payload: { accessToken: 'away' } });
    expect(await socket.closed).toEqual({ code: 1013, reason: 'SERVICE_UNAVAILABLE' });
  });

  test('a fault while the token is read is closed with 4500 and logged', async () => {
    api.tokens.set('fault', () => Promise.reject(new TypeError('of the reader')));
    const socket = await api.socket();
    socket.send({ type: 'connection_init', payload: { accessToken: 'fault' } });
    expect(await socket.closed).toEqual({ code: 4500, reason: 'INTERNAL_ERROR' });
    expect(api.log.filter((line) => line.includes('of the reader'))).toHaveLength(1);
  });

  test('a socket without a token may query but not subscribe', async () => {
    const socket = await api.socket();
    await socket.init();
    socket.subscribe('q', '{ viewer }');
    expect(await socket.next()).toEqual({ id: 'q', type: 'next', payload: { data: { viewer: null } } });
    expect(await socket.next()).toEqual({ id: 'q', type: 'complete' });
    socket.subscribe('s', 'subscription { ticks }');
    expect(await socket.next()).toEqual(failure('s', 'UNAUTHENTICATED'));
    socket.socket.terminate();
  });

  test('without connection_init a socket is closed with 4408', async () => {
    const bare = await startTransport({ limits: { initMs: 50 } });
    const socket = await bare.socket();
    expect(await socket.closed).toMatchObject({ code: 4408 });
    await bare.server.stop();
  });

  test('a token that expires is closed with 4403, and its subscriptions end', async () => {
    api.tokens.set('short', async () => ({ viewer: api.viewer, expiresAt: new Date(Date.now() + 150) }));
    const socket = await signedIn(api, 'short');
    socket.subscribe('1', 'subscription { ticks }');
    const source = await api.source();
    await source.ended.promise;
    expect(await socket.closed).toEqual({ code: 4403, reason: 'UNAUTHENTICATED' });
  });

  test('the sockets of a session that ends are closed with 4403, and no others', async () => {
    api.tokens.set('other', async () => ({ ...api.good(), viewer: { ...api.viewer, sessionId: 's2' } }));
    const [one, two, other] = await Promise.all([signedIn(), signedIn(), signedIn(api, 'other')]);
    api.server.endAccess({ kind: 'session', id: 's1' });
    expect(await Promise.all([one.closed, two.closed])).toEqual(
      Array(2).fill({ code: 4403, reason: 'SESSION_EXPIRED' }),
    );
    other.subscribe('1', '{ viewer }');
    expect(await other.next()).toMatchObject({ payload: { data: { viewer: 'Olena' } } });
    other.socket.terminate();
  });

  test('a session that ends while its token is being read lets nobody in', async () => {
    const reading = deferred();
    const read = deferred();
    api.tokens.set('racing', async () => {
      reading.resolve();
      await read.promise;
      return { ...api.good(), viewer: { ...api.viewer, sessionId: 's3' } };
    });
    const socket = await api.socket();
    socket.send({ type: 'connection_init', payload: { accessToken: 'racing' } });
    await reading.promise;
    api.server.endAccess({ kind: 'session', id: 's3' });
    read.resolve();
    expect(await socket.closed).toMatchObject({ code: 4403 });
  });
});

test('a session that ends while a subscription is being begun: it is told so, and nothing goes on', async () => {
  const bare = await startTransport();
  const socket = await signedIn(bare);
  socket.subscribe('s', 'subscription { begunLate }');
  await bare.beginning.started.promise;
  bare.server.endAccess({ kind: 'session', id: 's1' });
  expect(await socket.next()).toMatchObject({
    id: 's',
    type: 'error',
    payload: [{ extensions: { code: 'SUBSCRIPTION_REVOKED' } }],
  });
  expect(await socket.closed).toEqual({ code: 4403, reason: 'SESSION_EXPIRED' });
  const source = bare.source();
  bare.beginning.release.resolve();
  await (await source).ended.promise;
  await bare.server.stop();
});

describe('operations over a socket', () => {
  test('a mutation is run', async () => {
    const socket = await signedIn();
    socket.subscribe('m', 'mutation { change }');
    expect(await socket.next()).toEqual({ id: 'm', type: 'next', payload: { data: { change: 'changed' } } });
    socket.socket.terminate();
  });

  test.each([
    ['a syntax error', '{ echo', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a document too deep', `{ ${'self { '.repeat(12)} echo ${'} '.repeat(12)} }`, 'DOCUMENT_TOO_COMPLEX'],
    ['two operations without a name', 'query A { echo } query B { echo }', 'OPERATION_RESOLUTION_FAILURE'],
    ['a subscription that is refused', 'subscription { ticks(refuse: "yes") }', 'ROOM_NOT_FOUND'],
  ])('%s is one error message, and the socket stays open', async (_name, query, code) => {
    const socket = await signedIn();
    socket.subscribe('1', query);
    expect(await socket.next()).toEqual(failure('1', code));
    socket.subscribe('1', '{ echo(text: "on") }');
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next', payload: { data: { echo: 'on' } } });
    socket.socket.terminate();
  });

  test('every bad variable is told in one error message', async () => {
    const socket = await signedIn();
    const variables = { a: { from: 'x' }, b: {} };
    socket.subscribe(
      '1',
      'query ($a: FindInput!, $b: FindInput!) { a: find(input: $a) b: find(input: $b) }',
      { variables },
    );
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [
        { extensions: { code: 'VALIDATION_ERROR', fields: { 'a.from': [expect.any(String)] } } },
        { extensions: { code: 'VALIDATION_ERROR', fields: { 'b.from': ['is required'] } } },
      ],
    });
    socket.socket.terminate();
  });

  test('introspection is guarded as over HTTP', async () => {
    const bare = await startTransport({ introspection: false });
    const socket = await signedIn(bare);
    socket.subscribe('1', '{ __schema { queryType { name } } }');
    expect(await socket.next()).toEqual(failure('1', 'GRAPHQL_VALIDATION_FAILED'));
    await bare.server.stop();
  });

  test('an unexpected failure of a field is masked', async () => {
    const socket = await signedIn();
    socket.subscribe('1', '{ boom echo(text: "here") }');
    const { payload } = await socket.next();
    expect(payload).toMatchObject({
      data: { boom: null, echo: 'here' },
      errors: [{ extensions: { code: 'INTERNAL_ERROR' } }],
    });
    expect(JSON.stringify(payload)).not.toContain('secret');
    socket.socket.terminate();
  });
});

describe('a subscription', () => {
  async function subscribed(server = api) {
    const socket = await signedIn(server);
    socket.subscribe('s', 'subscription { ticks }');
    return { socket, source: await server.source() };
  }

  test('gets each event in order, then the end', async () => {
    const { socket, source } = await subscribed();
    source.push(1, 2, 'end');
    expect([await socket.next(), await socket.next(), await socket.next()]).toEqual([
      { id: 's', type: 'next', payload: { data: { ticks: 1 } } },
      { id: 's', type: 'next', payload: { data: { ticks: 2 } } },
      { id: 's', type: 'complete' },
    ]);
    socket.socket.terminate();
  });

  test('runs each event in a context of its own', async () => {
    const { socket, source } = await subscribed();
    api.contexts.length = 0;
    source.push(1, 2);
    await socket.next();
    await socket.next();
    expect(new Set(api.contexts).size).toBe(2);
    expect(api.contexts.map(({ viewer }) => viewer?.userId)).toEqual(['u1', 'u1']);
    socket.socket.terminate();
  });

  test('whose source fails ends with one error message, and the socket stays open', async () => {
    const { socket, source } = await subscribed();
    source.push(1, new AppError('SUBSCRIPTION_REVOKED'));
    expect(await socket.next()).toMatchObject({ type: 'next' });
    expect(await socket.next()).toEqual(
      failure('s', 'SUBSCRIPTION_REVOKED', { message: 'You no longer have access to this.' }),
    );
    socket.subscribe('q', '{ echo }');
    expect(await socket.next()).toMatchObject({ id: 'q', type: 'next' });
    socket.socket.terminate();
  });

  test('whose source fails unexpectedly tells nothing of it', async () => {
    const { socket, source } = await subscribed();
    source.push(new Error('a secret of the source'));
    const message = await socket.next();
    expect(message).toEqual(failure('s', 'INTERNAL_ERROR'));
    expect(JSON.stringify(message)).not.toContain('secret');
    expect(api.log.filter((line) => line.includes('a secret of the source'))).toHaveLength(1);
    socket.socket.terminate();
  });

  test('goes on after an event that is refused with a code', async () => {
    const { socket, source } = await subscribed();
    source.push({ error: new AppError('MESSAGE_NOT_FOUND') }, 2);
    expect(await socket.next()).toMatchObject({
      payload: { data: { ticks: null }, errors: [{ extensions: { code: 'MESSAGE_NOT_FOUND' } }] },
    });
    expect(await socket.next()).toMatchObject({ payload: { data: { ticks: 2 } } });
    socket.socket.terminate();
  });

  test.each([
    ['a fault', new Error('of ours'), 'INTERNAL_ERROR'],
    ['an outage', Object.assign(new Error('gone'), { code: 'ECONNRESET' }), 'SERVICE_UNAVAILABLE'],
  ])('ends rather than skip an event that is lost by %s', async (_name, error, code) => {
    const { socket, source } = await subscribed();
    source.push({ error }, 2);
    expect(await socket.next()).toEqual(failure('s', code, { path: ['ticks'] }));
    await source.ended.promise;
    socket.socket.terminate();
  });

  test('that the client completes ends its quiet source', async () => {
    const { socket, source } = await subscribed();
    socket.send({ type: 'complete', id: 's' });
    await source.ended.promise;
    socket.socket.terminate();
  });

  test('whose socket is gone ends its quiet source', async () => {
    const { socket, source } = await subscribed();
    socket.socket.terminate();
    await source.ended.promise;
  });

  test('too many on one socket are refused, the others go on', async () => {
    const bare = await startTransport({ limits: { operationsPerSocket: 2 } });
    const { socket, source } = await subscribed(bare);
    socket.subscribe('t', 'subscription { ticks }');
    await bare.source();
    socket.subscribe('u', 'subscription { ticks }');
    expect(await socket.next()).toEqual(failure('u', 'TOO_MANY_SUBSCRIPTIONS'));
    source.push(7);
    expect(await socket.next()).toMatchObject({ id: 's', payload: { data: { ticks: 7 } } });
    await bare.server.stop();
  });
});

test('of several operations the named one is run', async () => {
  const socket = await signedIn();
  socket.subscribe('1', 'query A { echo(text: "a") } mutation B { change }', { operationName: 'A' });
  expect(await socket.next()).toMatchObject({ id: '1', type: 'next', payload: { data: { echo: 'a' } } });
  socket.socket.close();
});

describe('a socket that', () => {
  test.each(['next', 'connection_ack'])(
    'sends %s, which only servers do, is closed with 4400',
    async (type) => {
      const socket = await signedIn();
      socket.send({ type, id: '1', payload: {} });
      expect(await socket.closed).toMatchObject({ code: 4400 });
    },
  );

  test('reads too slowly is closed with 1013 and its subscription ends', async () => {
    const socket = await signedIn();
    socket.subscribe('s', 'subscription { texts }');
    const source = await api.source();
    socket.socket.pause();
    const text = 'x'.repeat(256 * 1024);
    // More than the buffers of both systems can take in.
    for (let sent = 0; sent < 64; sent++) source.push(text);
    await source.ended.promise;
    socket.socket.resume();
    expect(await socket.closed).toEqual({ code: 1013, reason: 'SLOW_CONSUMER' });
  });

  test('does not answer pings is cut', async () => {
    const bare = await startTransport({ limits: { pingMs: 50, pongMs: 50 } });
    const socket = await bare.socket({ autoPong: false });
    await socket.init();
    expect(await socket.closed).toMatchObject({ code: 1006 });
    await bare.server.stop();
  });

  test('answers pings stays', async () => {
    const bare = await startTransport({ limits: { pingMs: 20, pongMs: 30 } });
    const socket = await signedIn(bare);
    for (let seen = 0; seen < 5; seen++) await new Promise((resolve) => socket.socket.once('ping', resolve));
    socket.subscribe('q', '{ echo }');
    expect(await socket.next()).toMatchObject({ type: 'next' });
    await bare.server.stop();
  });

  test('is open when the server stops is closed with 1012, and its subscription ends', async () => {
    const bare = await startTransport();
    const socket = await signedIn(bare);
    socket.subscribe('s', 'subscription { ticks }');
    const source = await bare.source();
    await bare.server.stop();
    expect(await socket.closed).toEqual({ code: 1012, reason: 'SERVICE_UNAVAILABLE' });
    await source.ended.promise;
  });

  test('never answers the close frame does not hold up a stop', async () => {
    const bare = await startTransport({ limits: { shutdownMs: 100 } });
    const socket = await signedIn(bare);
    socket.socket.pause();
    await bare.server.stop();
    socket.socket.resume();
    expect((await socket.closed).code).toBe(1012);
  });
});
