import { WebSocket } from 'ws';
import {
  type Connection,
  connect,
  createSession,
  SessionEndedError,
  type Tokens,
  ViewerDocument,
} from '../../client/index.js';
import { expiresAt, refusal, startTokenServer, type TokenServer, tokensOf } from './token-server.js';

const minute = 60_000;
const expiry = Date.parse(expiresAt);

let server: TokenServer;
let changes: Array<Tokens | null>;

beforeEach(async () => {
  server = await startTokenServer();
  changes = [];
});

afterEach(() => server.stop());

function sessionAt(now: number, url = server.url) {
  return createSession({
    url,
    tokens: tokensOf(1),
    now: () => now,
    onChange: (tokens) => changes.push(tokens),
  });
}

describe('the access token', () => {
  it('is given as it is while it has time left', async () => {
    await expect(sessionAt(expiry - 5 * minute).accessToken()).resolves.toBe('access 1');
    expect(server.refreshes()).toBe(0);
  });

  it('is null when nobody is signed in', async () => {
    await expect(createSession({ url: server.url }).accessToken()).resolves.toBeNull();
  });

  it('is refreshed once for all that ask near its end, and the new tokens are told', async () => {
    server.rotate();
    const session = sessionAt(expiry - minute / 2);
    const all = await Promise.all(Array.from({ length: 20 }, () => session.accessToken()));
    expect(new Set(all)).toEqual(new Set(['access 2']));
    expect(server.refreshes()).toBe(1);
    expect(changes).toMatchObject([tokensOf(2)]);
  });

  it('is still used when it could not be refreshed but has time left', async () => {
    server.refreshAnswer = refusal('SERVICE_UNAVAILABLE');
    await expect(sessionAt(expiry - minute / 2).accessToken()).resolves.toBe('access 1');
    expect(changes).toEqual([]);
  });

  it('is not used past its end when the server cannot be reached', async () => {
    const session = sessionAt(expiry, 'http://127.0.0.1:1/graphql');
    await expect(session.accessToken()).rejects.toThrow('fetch failed');
    expect(session.tokens()).toEqual(tokensOf(1));
  });

  it('is gone when the server says that the session is over', async () => {
    server.refreshAnswer = refusal('SESSION_EXPIRED');
    const session = sessionAt(expiry - minute / 2);
    await expect(session.accessToken()).rejects.toThrow(SessionEndedError);
    expect(changes).toEqual([null]);
    await expect(session.accessToken()).resolves.toBeNull();
  });

  it('of who signed in meanwhile is not replaced by a refresh that began before', async () => {
    server.rotate();
    const session = sessionAt(expiry - minute / 2);
    const refreshed = session.accessToken();
    session.begin({ ...tokensOf(1), accessToken: 'of another' });
    await expect(refreshed).resolves.toBe('of another');
  });
});

describe('a token that the server refused', () => {
  it('is renewed, however much time it has left', async () => {
    server.rotate();
    const session = sessionAt(expiry - 5 * minute);
    await session.renew('access 1');
    expect(session.tokens()).toMatchObject(tokensOf(2));
  });

  it('is not renewed when that has been done already', async () => {
    await sessionAt(expiry - 5 * minute).renew('an older one');
    expect(server.refreshes()).toBe(0);
  });

  it('cannot be renewed when nobody is signed in', async () => {
    await expect(createSession({ url: server.url }).renew(null)).rejects.toThrow(SessionEndedError);
  });
});

describe('an operation through Apollo', () => {
  let connection: Connection;
  const begin = (tokens: Tokens | null) => {
    connection = connect({ url: server.url, tokens, webSocketImpl: WebSocket });
    return connection.apollo;
  };

  afterEach(() => connection.close());

  it('is signed with the access token', async () => {
    await begin(tokensOf(1)).query({ query: ViewerDocument });
    expect(server.requests).toMatchObject([{ authorization: 'Bearer access 1' }]);
  });

  it('is not signed when nobody is signed in', async () => {
    await begin(null).query({ query: ViewerDocument });
    expect(server.requests).toMatchObject([{ authorization: null }]);
  });

  it('that is refused is sent again once with a new token', async () => {
    server.rotate();
    await begin(tokensOf(1)).query({ query: ViewerDocument });
    const signed = server.requests.filter(({ operationName }) => operationName === 'Viewer');
    expect(signed.map(({ authorization }) => authorization)).toEqual(['Bearer access 1', 'Bearer access 2']);
  });

  it('that is refused again fails with UNAUTHENTICATED', async () => {
    server.rotate();
    const apollo = begin(tokensOf(1));
    server.refreshAnswer = { body: { data: { refreshSession: { ...tokensOf(7) } } } };
    await expect(apollo.query({ query: ViewerDocument })).rejects.toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(server.refreshes()).toBe(1);
  });

  it('fails with the reason when the session is over', async () => {
    server.rotate();
    const apollo = begin(tokensOf(1));
    server.refreshAnswer = refusal('SESSION_EXPIRED');
    await expect(apollo.query({ query: ViewerDocument })).rejects.toBeInstanceOf(SessionEndedError);
    expect(connection.session.tokens()).toBeNull();
  });

  it('is answered anew for each user who signs in', async () => {
    const apollo = begin(null);
    await apollo.query({ query: ViewerDocument });
    await connection.signIn(tokensOf(1));
    await apollo.query({ query: ViewerDocument });
    await connection.signOut();
    await apollo.query({ query: ViewerDocument });
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([
      null,
      'Bearer access 1',
      null,
    ]);
  });
});
