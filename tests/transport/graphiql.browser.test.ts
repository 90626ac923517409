import { buildSchema } from 'graphql';
import { pino } from 'pino';
import type { Context, Services } from '../../src/graphql/context.js';
import { AppError } from '../../src/shared/errors.js';
import { createGraphiqlPage } from '../../src/transport/graphiql/page.js';
import { createHttpServer } from '../../src/transport/server.js';
import { type BrowserPage, chromiumPath, launchBrowserPage } from './chromium.js';

const users = new Map([
  ['tutor@example.test', { id: 'user_1', displayName: 'Olena', role: 'TUTOR' }],
  ['student@example.test', { id: 'user_2', displayName: 'Max', role: 'STUDENT' }],
]);
const demoAccounts = [...users.keys()].map((email) => ({ email, password: 'demo', label: email }));

/** Our own server, its headers included, over what the page itself depends on; a token is `token:<e-mail>`. */
async function startServer() {
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
  const userOf = ({ viewer }: Context) => (viewer ? users.get(viewer.userId) : null);
  const signedIn = (email: string, accessToken: string, lifetimeMs: number) => ({
    user: users.get(email),
    accessToken,
    accessTokenExpiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
    refreshToken: email,
  });
  const query = schema.getQueryType()?.getFields() ?? {};
  const mutation = schema.getMutationType()?.getFields() ?? {};
  const subscription = schema.getSubscriptionType()?.getFields() ?? {};
  Object.assign(query['viewer'] ?? {}, {
    resolve: (_: unknown, _args: unknown, context: Context) => userOf(context),
  });
  // The first access token has expired: only a page that refreshes it in time is known to the server.
  Object.assign(mutation['signIn'] ?? {}, {
    resolve: (_: unknown, { input }: { input: { email: string } }) => signedIn(input.email, 'expired', 0),
  });
  Object.assign(mutation['refreshSession'] ?? {}, {
    resolve: (_: unknown, { input: { refreshToken } }: { input: { refreshToken: string } }) =>
      signedIn(refreshToken, `token:${refreshToken}`, 600_000),
  });
  Object.assign(mutation['signOut'] ?? {}, { resolve: () => ({ ok: true }) });
  Object.assign(subscription['viewerEvents'] ?? {}, {
    subscribe: async function* (_: unknown, _args: unknown, context: Context) {
      yield { viewerEvents: userOf(context) };
      await new Promise(() => undefined);
    },
  });

  const server = createHttpServer({
    schema,
    services: {} as Services,
    authenticate: async (token) => {
      const userId = token.replace('token:', '');
      const user = users.get(userId);
      if (!user) throw new AppError('UNAUTHENTICATED');
      const { displayName } = user;
      return {
        viewer: {
          ...{ userId, organizationId: 'o1', sessionId: userId, role: 'TUTOR', displayName },
          ...{ timeZone: 'Europe/Kyiv', locale: 'en' },
        },
        expiresAt: new Date(Date.now() + 600_000),
      };
    },
    introspection: true,
    graphiql: createGraphiqlPage({ demoAccounts }),
    ready: async () => true,
    logger: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
    limits: { shutdownMs: 1_000 },
  });
  const { url } = await server.start();
  return { server, url };
}

const describeInBrowser = chromiumPath ? describe : describe.skip;

describeInBrowser('GraphiQL in a browser', () => {
  let server: Awaited<ReturnType<typeof startServer>>['server'];
  let page: BrowserPage;
  let origin: string;

  beforeAll(async () => {
    ({ server, url: origin } = await startServer());
    page = await launchBrowserPage(chromiumPath ?? '');
  });
  afterAll(async () => {
    await page.close();
    await server.stop();
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
