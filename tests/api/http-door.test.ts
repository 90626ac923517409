import { createDoorstep } from '../../src/transport/http/doorstep.js';
import { startTransport } from './transport-fixture.js';

let api: Awaited<ReturnType<typeof startTransport>>;
beforeAll(async () => {
  api = await startTransport({ origins: ['https://app.example.org'], trustedProxies: 1, secure: true });
});
afterAll(() => api.server.stop());

const preflight = (origin: string, path = '/graphql') =>
  fetch(`${api.url}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });

describe('pages of other origins', () => {
  test('an allowed one may ask, and read the answer', async () => {
    const asked = await preflight('https://app.example.org');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization, content-type');
    const answer = await api.post({ query: '{ echo }' }, { origin: 'https://app.example.org' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(answer.headers.get('access-control-expose-headers')).toContain('retry-after');
    expect(answer.headers.get('vary')).toBe('Origin');
  });

  test.each([
    'https://evil.example',
    'https://app.example.org.evil.example',
    'null',
    'http://app.example.org',
  ])('%s may not', async (origin) => {
    const asked = await preflight(origin);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    expect(asked.headers.get('access-control-allow-methods')).toBeNull();
    const answer = await api.post({ query: '{ echo }' }, { origin });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('an error can be read as well', async () => {
    const answer = await api.post('{', { origin: 'https://app.example.org' });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      400,
      'https://app.example.org',
    ]);
  });

  test('no answer allows cookies, and nothing but GraphQL is for other pages', async () => {
    const asked = await preflight('https://app.example.org');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    const health = await api.get('/health/live', { origin: 'https://app.example.org' });
    expect(health.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('all may where all are allowed', async () => {
    const open = await startTransport({ origins: 'any' });
    try {
      const answer = await open.post({ query: '{ echo }' }, { origin: 'https://anywhere.example' });
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    } finally {
      await open.server.stop();
    }
  });
});

test.each(['/graphql', '/health/live', '/nothing', '/%zz'])('%s has the security headers', async (path) => {
  const { headers } = await api.get(path);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringContaining('max-age='),
  });
  expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
});

test('a caller behind the proxy is known by what the proxy says, over HTTP and WebSocket', async () => {
  const headers = { 'x-forwarded-for': '6.6.6.6, 203.0.113.5', 'user-agent': 'a test' };
  const answer = await api.post({ query: '{ caller }' }, headers);
  expect(await answer.json()).toMatchObject({ data: { caller: '203.0.113.5 a test' } });
  const socket = await api.socket({ headers });
  await socket.init();
  socket.subscribe('1', '{ caller }');
  expect(await socket.next()).toMatchObject({ payload: { data: { caller: '203.0.113.5 a test' } } });
  socket.socket.close();
});

test('sockets of one address behind the proxy count for that address alone', async () => {
  const proxied = await startTransport({ trustedProxies: 1, limits: { socketsPerAddress: 1 } });
  try {
    const from = (address: string) => proxied.socket({ headers: { 'x-forwarded-for': address } });
    const first = await from('203.0.113.5');
    await expect(from('203.0.113.5')).rejects.toThrow('429');
    const other = await from('203.0.113.6');
    for (const { socket, closed } of [first, other]) {
      socket.close();
      await closed;
    }
  } finally {
    await proxied.server.stop();
  }
});

test('strangers come in one by one, each in a turn of the event loop of its own', async () => {
  const comeIn = createDoorstep();
  const inside: number[] = [];
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const come = (who: number) => void comeIn().then(() => inside.push(who));
  for (const who of [1, 2, 3]) come(who);
  expect(inside).toEqual([]);
  await turn();
  expect(inside).toEqual([1]);
  come(4);
  await turn();
  expect(inside).toEqual([1, 2]);
  await turn();
  await turn();
  expect(inside).toEqual([1, 2, 3, 4]);
  come(5);
  await turn();
  expect(inside).toEqual([1, 2, 3, 4, 5]);
});
