import { connect, NotificationEventsDocument } from '../../client/index.js';
import { signInAs, type Tokens } from '../api/account-operations.js';
import { startTransport } from '../api/transport-fixture.js';
import { cuttable } from '../client/cuttable-socket.js';
import type { Received } from '../testkit/socket-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

describe('a fresh token on the open socket', () => {
  let api: Awaited<ReturnType<typeof startTransport>>;
  beforeAll(async () => {
    api = await startTransport();
  });
  afterAll(() => api.server.stop());

  const soon = (milliseconds: number) => async () => ({
    viewer: api.viewer,
    expiresAt: new Date(Date.now() + milliseconds),
  });
  async function signedIn(token: string) {
    const socket = await api.socket();
    expect(await socket.init(token)).toEqual({ type: 'connection_ack' });
    return socket;
  }

  test('keeps it and its subscriptions beyond the end of the old one', async () => {
    api.tokens.set('short', soon(500));
    const [renewed, other] = [await signedIn('good'), await signedIn('good')];
    renewed.subscribe('s', 'subscription { ticks }');
    const source = await api.source();
    // Both near their end, then one of them no more.
    renewed.subscribe('m', 'mutation { renew(token: "short") }');
    renewed.subscribe('n', 'mutation { renew(token: "good") }');
    const said = [await renewed.next(), await renewed.next(), await renewed.next(), await renewed.next()];
    const ends = said.flatMap(
      ({ payload }) => (payload as { data: { renew: string } } | undefined)?.data.renew ?? [],
    );
    expect(Date.parse(ends[1] as string)).toBeGreaterThan(Date.parse(ends[0] as string) + 30_000);
    other.subscribe('m', 'mutation { renew(token: "short") }');
    expect(await other.closed).toEqual({ code: 4403, reason: 'UNAUTHENTICATED' });
    source.push(1);
    expect(await renewed.next()).toEqual({ id: 's', type: 'next', payload: { data: { ticks: 1 } } });
    renewed.socket.terminate();
  });

  test('that is shorter ends it earlier', async () => {
    const socket = await signedIn('good');
    api.tokens.set('short', soon(100));
    socket.subscribe('m', 'mutation { renew(token: "short") }');
    expect(await socket.closed).toEqual({ code: 4403, reason: 'UNAUTHENTICATED' });
  });

  test.each([
    ['is bad', 'bad'],
    ['is of another session', 'of another session'],
  ])('that %s changes nothing', async (_name, token) => {
    api.tokens.set('short', soon(500));
    api.tokens.set('of another session', async () => ({
      ...api.good(),
      viewer: { ...api.viewer, sessionId: 'another' },
    }));
    const socket = await signedIn('short');
    socket.subscribe('m', `mutation { renew(token: "${token}") }`);
    expect(await socket.next()).toMatchObject({
      payload: { data: { renew: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'UNAUTHENTICATED' });
  });

  test('is still read when the session ends: nobody stays', async () => {
    const socket = await signedIn('good');
    api.tokens.set('late', async () => {
      api.server.endAccess({ kind: 'session', id: api.viewer.sessionId });
      return api.good();
    });
    socket.subscribe('m', 'mutation { renew(token: "late") }');
    expect(await socket.closed).toMatchObject({ code: 4403 });
  });
});

describe('authenticateSocket', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  const mutation = `mutation ($token: String!) {
    authenticateSocket(input: { accessToken: $token }) { expiresAt } }`;
  const code = async (received: Received) => (await received.errors())[0]?.extensions.code;

  it('takes the next token of the session, and tells its end', async () => {
    const person = await (await app.seed.school()).tutor();
    const first = await signInAs(app.client(), person);
    const { refreshSession: next } = await app.client().data(
      `mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) {
        accessToken accessTokenExpiresAt } }`,
      { t: first.refreshToken },
    );
    const answer = await app
      .socket(first.accessToken)
      .subscribe(mutation, { token: next.accessToken })
      .next();
    expect(answer).toEqual({ authenticateSocket: { expiresAt: next.accessTokenExpiresAt } });
  });

  it('refuses a token of another session, of another user, and none', async () => {
    const school = await app.seed.school();
    const [person, stranger] = [await school.tutor(), await school.tutor()];
    const other = await signInAs(app.client(), person);
    const socket = app.socket(person.accessToken);
    for (const token of [other.accessToken, stranger.accessToken, 'nonsense'])
      expect(await code(socket.subscribe(mutation, { token }))).toBe('UNAUTHENTICATED');
    expect(await code(app.socket().subscribe(mutation, { token: person.accessToken }))).toBe(
      'UNAUTHENTICATED',
    );
  });

  it('is BAD_REQUEST over HTTP', async () => {
    const { accessToken } = await (await app.seed.school()).tutor();
    const error = await app.client(accessToken).error(mutation, { token: accessToken });
    expect(error.extensions.code).toBe('BAD_REQUEST');
  });

  it('is sent by the client near the end of its token, and the socket stays', async () => {
    const school = await app.seed.school();
    const person = await school.tutor();
    const signedIn = await signInAs(app.client(), person);
    const kept: (Tokens | null)[] = [];
    const { CuttableSocket } = cuttable();
    const connection = connect({
      url: app.url,
      webSocketImpl: CuttableSocket,
      // Near enough to its end to be replaced soon after the socket was opened.
      tokens: { ...signedIn, accessTokenExpiresAt: new Date(Date.now() + 60_400).toISOString() },
      onChange: (tokens) => kept.push(tokens),
    });
    const events = { connected: 0, closed: 0 };
    connection.socket.on('connected', () => events.connected++);
    connection.socket.on('closed', () => events.closed++);
    const renewed = new Promise((resolve) =>
      connection.socket.on('message', (message) => {
        if (message.type === 'next' && JSON.stringify(message).includes('authenticateSocket'))
          resolve(message.payload);
      }),
    );
    const stop = connection.resumable.subscribe(
      { query: NotificationEventsDocument, variables: {} },
      { next: () => {}, error: () => {}, complete: () => {} },
    );
    expect(await renewed).toEqual({ data: { authenticateSocket: { expiresAt: expect.any(String) } } });
    expect(kept).toHaveLength(1);
    expect(events).toEqual({ connected: 1, closed: 0 });
    stop();
    await connection.close();
  });
});
