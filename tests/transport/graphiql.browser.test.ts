import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { buildSchema, graphql } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createGraphiqlPage } from '../../src/transport/graphiql/page.js';
import { type BrowserPage, chromiumPath, launchBrowserPage } from './chromium.js';

const users = new Map([
  ['tutor@example.test', { id: 'user_1', displayName: 'Olena', role: 'TUTOR' }],
  ['student@example.test', { id: 'user_2', displayName: 'Max', role: 'STUDENT' }],
]);
const demoAccounts = [...users.keys()].map((email) => ({ email, password: 'demo', label: email }));

/** The operations that the page itself depends on, over both transports; a token is `token of <e-mail>`. */
async function startServer(): Promise<FastifyInstance> {
  const schema = buildSchema(`
    type User { id: ID! displayName: String! role: String! }
    type AuthPayload { user: User! accessToken: String! accessTokenExpiresAt: String! refreshToken: String! }
    type OkPayload { ok: Boolean! }
    input SignInInput { email: String! password: String! }
    input RefreshSessionInput { refreshToken: String! }
    type Query { viewer: User }
    type Mutation {
      signIn(input: SignInInput!): AuthPayload!
      refreshSession(input: RefreshSessionInput!): AuthPayload!
      signOut: OkPayload!
    }
    type Subscription { viewerEvents: User }
  `);
  const userOf = (token: unknown) => users.get(String(token).replace('token of ', '')) ?? null;
  const signedIn = (email: string, accessToken: string, lifetimeMs: number) => ({
    user: users.get(email),
    accessToken,
    accessTokenExpiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
    refreshToken: email,
  });
  const rootValue = {
    viewer: (_: unknown, { token }: { token: unknown }) => userOf(token),
    // The first access token has expired: only a page that refreshes it in time is known to the server.
    signIn: ({ input }: { input: { email: string } }) => signedIn(input.email, 'expired', 0),
    refreshSession: ({ input: { refreshToken } }: { input: { refreshToken: string } }) =>
      signedIn(refreshToken, `token of ${refreshToken}`, 600_000),
    signOut: { ok: true },
    viewerEvents: async function* (_: unknown, { token }: { token: unknown }) {
      yield { viewerEvents: userOf(token) };
      await new Promise(() => undefined);
    },
  };

  const app = fastify({ forceCloseConnections: true });
  const page = createGraphiqlPage({ demoAccounts });
  app.get('/graphql', async ({ headers }, reply) => {
    const answer = await page.respond({
      acceptEncoding: headers['accept-encoding'],
      ifNoneMatch: headers['if-none-match'],
      host: headers.host,
    });
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
  app.post<{ Body: { query: string; variables?: Record<string, unknown>; operationName?: string } }>(
    '/graphql',
    ({ body, headers }) =>
      graphql({
        schema,
        rootValue,
        source: body.query,
        variableValues: body.variables,
        operationName: body.operationName,
        contextValue: { token: headers.authorization?.replace('Bearer ', '') },
      }),
  );
  const sockets = new WebSocketServer({ server: app.server, path: '/graphql' });
  useServer(
    {
      schema,
      roots: { subscription: rootValue },
      context: (c) => ({ token: c.connectionParams?.['accessToken'] }),
    },
    sockets,
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app;
}

const describeInBrowser = chromiumPath ? describe : describe.skip;

describeInBrowser('GraphiQL in a browser', () => {
  let app: FastifyInstance;
  let page: BrowserPage;
  let origin: string;

  beforeAll(async () => {
    app = await startServer();
    origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    page = await launchBrowserPage(chromiumPath ?? '');
  });
  afterAll(async () => {
    await page.close();
    await app.close();
  });

  const bar = "document.querySelector('#sign-in-bar')";
  const shows = (text: string) =>
    page.until(
      `document.querySelector('.graphiql-response')?.innerText.replace(/\\s/g, ' ').includes('${text}')`,
    );
  const says = (text: string) => page.until(`${bar}?.elements.status.value === '${text}'`);
  const signIn = async (account: number) => {
    await page.evaluate(`${bar}.elements.account.value = '${account}', ${bar}.requestSubmit()`);
  };
  /** Opens the page as a first visitor does, with one document in its editor. */
  const openWith = async (query: string) => {
    await page.evaluate("location.protocol === 'about:' || (sessionStorage.clear(), localStorage.clear())");
    await page.open(`${origin}/graphql?query=${encodeURIComponent(query)}`);
    await page.until("document.querySelector('.graphiql-query-editor .view-line')?.innerText.length > 0");
    await says('Not signed in');
  };
  const run = () => page.evaluate("document.querySelector('.graphiql-execute-button').click()");

  test('a query carries the identity that was chosen in the bar', async () => {
    await openWith('query Me { viewer { displayName } }');
    await signIn(0);
    await says('Signed in as Olena, tutor');
    await run();
    await shows('"displayName": "Olena"');
  });

  test('a subscription carries the identity of the moment when it is started', async () => {
    await openWith('subscription Live { viewerEvents { displayName } }');
    await signIn(0);
    await says('Signed in as Olena, tutor');
    await run();
    await shows('"displayName": "Olena"');
    await page.evaluate(`${bar}.elements.signOut.click()`);
    await says('Not signed in');
    await page.until(`document.querySelector('.graphiql-execute-button').ariaLabel.startsWith('Execute')`);
    await signIn(1);
    await says('Signed in as Max, student');
    await run();
    await shows('"displayName": "Max"');
  });

  test('the page asks nobody but its own server, and its policy forbids nothing that it needs', () => {
    expect(page.complaints).toEqual([]);
    expect(page.requested.length).toBeGreaterThan(5);
    expect(page.requested.filter((url) => new URL(url).host !== new URL(origin).host)).toEqual([]);
  });
});
