import { AppError, errorCatalogue } from '../../src/shared/errors.js';
import { startTransport } from '../api/transport-fixture.js';
import { eventually } from '../testkit/eventually.js';

let api: Awaited<ReturnType<typeof startTransport>>;
beforeAll(async () => {
  api = await startTransport();
});
afterAll(() => api.server.stop());

type Server = typeof api;

async function signedIn(server: Server = api, token = 'good') {
  const socket = await server.socket();
  expect(await socket.init(token)).toEqual({ type: 'connection_ack' });
  return socket;
}

/** A server with other limits, for one test. */
async function withServer(
  options: Parameters<typeof startTransport>[0],
  test: (server: Server) => Promise<void>,
): Promise<void> {
  const server = await startTransport(options);
  try {
    await test(server);
  } finally {
    await server.server.stop();
  }
}

const metric = async (server: Server, line: string) => {
  const text = await (await server.get('/metrics')).text();
  return text.split('\n').find((one) => one.startsWith(line)) ?? null;
};

describe('close codes', () => {
  const raw = async (text: string, { init = false } = {}) => {
    const socket = init ? await signedIn() : await api.socket();
    socket.socket.send(text);
    return (await socket.closed).code;
  };

  test('4400: a message without a type', async () => {
    expect(await raw('{"id":"1"}')).toBe(4400);
  });
  test('4401: subscribe before the acknowledgement', async () => {
    expect(await raw('{"type":"subscribe","id":"1","payload":{"query":"{ echo }"}}')).toBe(4401);
  });
  test('4403: a token that is refused', async () => {
    expect(await raw('{"type":"connection_init","payload":{"accessToken":"bad"}}')).toBe(4403);
  });
  test('4406: a subprotocol that is none of ours', async () => {
    expect((await (await api.socket({ protocols: ['graphql-ws'] })).closed).code).toBe(4406);
  });
  test('4408: no connection_init in time', async () => {
    await withServer({ limits: { initMs: 30 } }, async (server) => {
      expect((await (await server.socket()).closed).code).toBe(4408);
    });
  });
  test('4409: an id that is in use', async () => {
    const socket = await signedIn();
    socket.subscribe('1', 'subscription { ticks }');
    await api.source();
    socket.subscribe('1', 'subscription { ticks }');
    expect((await socket.closed).code).toBe(4409);
  });
  test('4429: a second connection_init', async () => {
    expect(await raw('{"type":"connection_init"}', { init: true })).toBe(4429);
  });
  test('1009: a frame of more than 64 KB', async () => {
    expect(await raw(' '.repeat(64 * 1024 + 1), { init: true })).toBe(1009);
  });
  test('1012: a server that stops', async () => {
    const server = await startTransport();
    const socket = await signedIn(server);
    await server.server.stop();
    expect(await socket.closed).toEqual({ code: 1012, reason: 'SERVICE_UNAVAILABLE' });
  });
});

describe('error messages leave the socket open', () => {
  const cases: [name: string, query: string, variables: object, code: string][] = [
    ['a syntax error', '{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an empty document', '', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ no }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown operation', 'query A { echo } query B { echo }', {}, 'OPERATION_RESOLUTION_FAILURE'],
    [
      'a document too deep',
      `{ ${'self { '.repeat(13)} echo ${'} '.repeat(13)} }`,
      {},
      'DOCUMENT_TOO_COMPLEX',
    ],
    ['a document too wide', `{ ${'a: echo '.repeat(2_100)} }`, {}, 'DOCUMENT_TOO_COMPLEX'],
    [
      'a bad variable',
      'query ($f: FindInput!) { find(input: $f) }',
      { f: { from: 'never' } },
      'VALIDATION_ERROR',
    ],
    ['a subscription that is refused', 'subscription { ticks(refuse: "yes") }', {}, 'ROOM_NOT_FOUND'],
  ];
  test.each(cases)('%s', async (_name, query, variables, code) => {
    const socket = await signedIn();
    socket.subscribe('1', query, { variables });
    expect(await socket.next()).toEqual({
      id: '1',
      type: 'error',
      payload: [
        expect.objectContaining({
          extensions: { code, detail: expect.any(String), fields: expect.any(Object) },
        }),
      ],
    });
    socket.subscribe('1', '{ echo(text: "on") }');
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { echo: 'on' } } });
    socket.socket.terminate();
  });

  test('a source that fails in the middle ends its subscription with one error, after its events', async () => {
    const socket = await signedIn();
    socket.subscribe('1', 'subscription { ticks }');
    const source = await api.source();
    source.push(1, new AppError('SUBSCRIPTION_REVOKED'));
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { ticks: 1 } } });
    expect(await socket.next()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'SUBSCRIPTION_REVOKED' } }],
    });
    socket.socket.terminate();
  });
});

describe('ping and pong', () => {
  test('a ping of the client is answered with its payload, before the handshake too', async () => {
    const socket = await api.socket();
    socket.send({ type: 'ping', payload: { at: 1 } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { at: 1 } });
    socket.socket.terminate();
  });

  test('a ping without a payload is answered without one', async () => {
    const socket = await signedIn();
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.socket.terminate();
  });

  test('a pong that nobody asked for changes nothing', async () => {
    const socket = await signedIn();
    socket.send({ type: 'pong', payload: {} });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.socket.terminate();
  });

  test('a socket that does not answer the server is cut and counted', async () => {
    await withServer({ limits: { pingMs: 20, pongMs: 20 } }, async (server) => {
      const socket = await server.socket({ autoPong: false });
      expect((await socket.closed).code).toBe(1006);
      expect(await metric(server, 'ws_ping_timeout_total')).toBe('ws_ping_timeout_total 1');
    });
  });
});

describe('malformed input', () => {
  test.each([
    ['text that is no JSON', 'hello'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '17'],
    ['an unknown type', '{"type":"start"}'],
    ['subscribe without an id', '{"type":"subscribe","payload":{"query":"{ echo }"}}'],
    ['subscribe with an empty id', '{"type":"subscribe","id":"","payload":{"query":"{ echo }"}}'],
    ['subscribe without a payload', '{"type":"subscribe","id":"1"}'],
    ['subscribe with a query that is no text', '{"type":"subscribe","id":"1","payload":{"query":1}}'],
    ['variables that are no object', '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":1}}'],
    ['complete without an id', '{"type":"complete"}'],
  ])('%s is 4400', async (_name, text) => {
    const socket = await signedIn();
    socket.socket.send(text);
    expect((await socket.closed).code).toBe(4400);
  });

  test('a binary frame with the same bytes is understood', async () => {
    const socket = await api.socket();
    socket.socket.send(Buffer.from('{"type":"ping"}'));
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.socket.terminate();
  });

  test('complete for an id that does not run changes nothing', async () => {
    const socket = await signedIn();
    socket.send({ type: 'complete', id: 'nobody' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.socket.terminate();
  });
});

describe('limits', () => {
  test('the eleventh socket of a user is closed with 1013, and the others go on', async () => {
    const server = await startTransport();
    const sockets = [];
    for (let n = 0; n < 10; n++) sockets.push(await signedIn(server));
    const one = await server.socket();
    one.send({ type: 'connection_init', payload: { accessToken: 'good' } });
    expect(await one.closed).toEqual({ code: 1013, reason: 'TOO_MANY_SOCKETS' });
    sockets[0]?.send({ type: 'ping' });
    expect(await sockets[0]?.next()).toEqual({ type: 'pong' });
    sockets[0]?.socket.close();
    await sockets[0]?.closed;
    await eventually(
      () => metric(server, 'active_ws_connections'),
      (line) => line === 'active_ws_connections 9',
    );
    await signedIn(server);
    await server.server.stop();
  });

  test('one socket too many of an address is refused with 429', async () => {
    await withServer({ limits: { socketsPerAddress: 2 } }, async (server) => {
      const first = await server.socket();
      await server.socket();
      await expect(server.socket()).rejects.toThrow('429');
      expect(await metric(server, 'ws_connections_total{status="rejected"}')).toMatch(/ 1$/);
      first.socket.terminate();
      await first.closed;
      await eventually(
        () => metric(server, 'active_ws_connections'),
        (line) => line === 'active_ws_connections 1',
      );
      await server.socket();
    });
  });

  test('sockets that have not begun are bounded, and beginning or leaving makes room', async () => {
    await withServer({ limits: { socketsBeforeInit: 1 } }, async (server) => {
      const first = await server.socket();
      await expect(server.socket()).rejects.toThrow('503');
      await first.init('good');
      const second = await server.socket();
      await expect(server.socket()).rejects.toThrow('503');
      second.socket.terminate();
      // The server hears of it a moment later.
      await eventually(
        () => metric(server, 'active_ws_connections'),
        (line) => line === 'active_ws_connections 1',
      );
      await server.socket();
      // One that had begun leaves no place among those that have not.
      first.socket.terminate();
      await eventually(
        () => metric(server, 'active_ws_connections'),
        (line) => line === 'active_ws_connections 1',
      );
      await expect(server.socket()).rejects.toThrow('503');
    });
  });

  test('the hundred-and-first message in ten seconds closes its socket with 1013, and no other', async () => {
    const [busy, calm] = [await signedIn(), await signedIn()];
    for (let n = 0; n < 130; n++) busy.send({ type: 'pong' });
    expect(await busy.closed).toEqual({ code: 1013, reason: 'RATE_LIMITED' });
    calm.send({ type: 'ping' });
    expect(await calm.next()).toEqual({ type: 'pong' });
    calm.socket.terminate();
  });

  test('one hundred subscriptions may begin at once; one more is an error message', async () => {
    await withServer({ limits: { messagesPerWindow: 0 } }, async (server) => {
      const socket = await signedIn(server);
      for (let n = 0; n <= 100; n++) socket.subscribe(`s${n}`, 'subscription { ticks }');
      expect(await socket.next()).toMatchObject({
        id: 's100',
        type: 'error',
        payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }],
      });
      expect(errorCatalogue.TOO_MANY_SUBSCRIPTIONS.status).toBe(429);
    });
  });

  test('a limit of 0 is off', async () => {
    const limits = { socketsPerUser: 0, socketsPerAddress: 0, messagesPerWindow: 0 };
    await withServer({ limits }, async (server) => {
      const sockets = await Promise.all(Array.from({ length: 12 }, () => signedIn(server)));
      for (let n = 0; n < 200; n++) sockets[0]?.send({ type: 'pong' });
      sockets[0]?.send({ type: 'ping' });
      expect(await sockets[0]?.next()).toEqual({ type: 'pong' });
    });
  });

  test('a slow reader is closed with 1013, memory stays flat, and others go on', async () => {
    await withServer({ limits: { outgoingBytes: 64 * 1024 } }, async (server) => {
      const [slow, quick] = [await signedIn(server), await signedIn(server)];
      slow.subscribe('1', 'subscription { texts }');
      const slowSource = await server.source();
      quick.subscribe('1', 'subscription { texts }');
      const quickSource = await server.source();
      slow.socket.pause();
      const text = 'x'.repeat(32 * 1024);
      const held = () => process.memoryUsage().arrayBuffers;
      const before = held();
      let most = 0;
      const pour = setInterval(() => {
        slowSource.push(text);
        most = Math.max(most, held() - before);
      }, 1);
      await slowSource.ended.promise;
      clearInterval(pour);
      // What the limit allows, and what a turn may add before it is seen.
      expect(most).toBeLessThan(8 * 1024 * 1024);
      quickSource.push('still here');
      expect(await quick.next()).toMatchObject({ payload: { data: { texts: 'still here' } } });
      slow.socket.resume();
      expect(await slow.closed).toEqual({ code: 1013, reason: 'SLOW_CONSUMER' });
      await eventually(
        () => metric(server, 'ws_closes_total{code="1013"}'),
        (line) => line?.endsWith(' 1') === true,
      );
    });
  });
});

describe('the origin of a page', () => {
  const from = (server: Server, origin: string) => server.socket({ headers: { origin } });

  test('absent, of this host or on the list it is let in; another is refused with 403', async () => {
    await withServer({ origins: ['https://app.example.org'] }, async (server) => {
      await server.socket();
      await from(server, `http://127.0.0.1:${server.port}`);
      await from(server, 'https://app.example.org');
      await expect(from(server, 'https://evil.example.org')).rejects.toThrow('403');
      await expect(from(server, 'null')).rejects.toThrow('403');
    });
  });

  test('any may be let in', async () => {
    await withServer({ origins: 'any' }, async (server) => {
      await from(server, 'https://anywhere.example.org');
    });
  });
});

test('a server that stops is not ready at once, and closes many sockets in batches', async () => {
  const server = await startTransport({
    limits: { socketsPerUser: 0, socketsPerAddress: 0, shutdownMs: 4_000 },
  });
  const sockets = await Promise.all(Array.from({ length: 250 }, () => signedIn(server)));
  const closedAt: number[] = [];
  const closed = sockets.map(({ closed }) =>
    closed.then(({ code }) => {
      expect(code).toBe(1012);
      closedAt.push(performance.now());
    }),
  );
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  const stopped = server.server.stop();
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
  await Promise.all([...closed, stopped]);
  expect(Math.max(...closedAt) - Math.min(...closedAt)).toBeGreaterThan(50);
});

test('a token in the URL is not looked at, and nothing is compressed', async () => {
  const socket = await api.socket({ path: '/graphql?accessToken=good&token=good' });
  expect(socket.socket.extensions).toBe('');
  expect(await socket.init()).toEqual({ type: 'connection_ack' });
  socket.subscribe('1', 'subscription { ticks }');
  expect(await socket.next()).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  socket.socket.terminate();
});

test('every metric of the gateway is there, by its name', async () => {
  const server = await startTransport();
  const socket = await signedIn(server);
  socket.subscribe('1', '{ echo }');
  await socket.next();
  const names = (await (await server.get('/metrics')).text()).split('\n');
  for (const name of [
    'ws_connections_total{status="accepted"} 1',
    'active_ws_connections 1',
    'ws_ping_timeout_total 0',
    '# TYPE ws_closes_total counter',
    '# TYPE ws_sent_bytes_total counter',
    '# TYPE active_subscriptions gauge',
    '# TYPE subscription_events_total counter',
    '# TYPE subscription_executions_total counter',
    '# TYPE subscription_deliveries_total counter',
    '# TYPE subscription_fanout_lag_seconds histogram',
    '# TYPE subscription_resumes_total counter',
    '# TYPE subscription_resets_total counter',
  ])
    expect(names).toContain(name);
  const refused = await server.socket();
  refused.send({ type: 'connection_init', payload: { accessToken: 'bad' } });
  await refused.closed;
  expect(await metric(server, 'ws_connections_total{status="rejected"}')).toMatch(/ 1$/);
  await eventually(
    () => metric(server, 'ws_closes_total{code="4403"}'),
    (line) => line?.endsWith(' 1') === true,
  );
  await server.server.stop();
});
