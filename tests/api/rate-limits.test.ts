import { readConfig } from '../../src/config/config.js';
import { seededPassword } from '../testkit/seed.js';
import { type StartAppOptions, startApp, type TestApp } from '../testkit/start-app.js';
import { signIn, signUp } from './account-operations.js';

const page = '{ lessons(first: 100) { edges { node { id } } } }';
const pageCost = 301;
const { operationBudgets, attemptLimits } = readConfig({});

type Limits = Pick<
  NonNullable<StartAppOptions['config']>,
  'operationBudgets' | 'attemptLimits' | 'trustedProxies'
>;
async function withLimits(config: Limits, act: (app: TestApp) => Promise<void>) {
  const app = await startApp({ config: { trustedProxies: 1, ...config } });
  try {
    await act(app);
  } finally {
    await app.stop();
  }
}

/** POSTs as somebody at an address behind the proxy. */
async function ask(
  app: TestApp,
  {
    query,
    variables,
    token,
    from = '203.0.113.1',
  }: { query: string; variables?: unknown; token?: string; from?: string },
) {
  const answer = await fetch(app.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': from,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await answer.json()) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions: { code: string; retryAfter?: number } }[];
    extensions?: { rateLimit?: Record<string, number> };
  };
  return {
    status: answer.status,
    headers: answer.headers,
    code: body.errors?.[0]?.extensions.code ?? 'ok',
    body,
  };
}

describe('budgets of operations', () => {
  const budgets = {
    ...operationBudgets,
    anonymousCost: 50,
    userCost: 700,
    premiumCost: 1_400,
    mutations: 6,
    mutationBurst: 4,
    faults: 5,
  };
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ config: { trustedProxies: 1, operationBudgets: budgets } });
  });
  afterAll(() => app.stop());
  const person = async () => (await app.seed.school()).tutor();

  it('an answer tells cost and budget, in headers and in the extensions', async () => {
    const { accessToken: token } = await person();
    const { headers, body } = await ask(app, { query: page, token });
    expect(body.extensions?.rateLimit).toEqual({
      cost: pageCost,
      limit: 700,
      remaining: 700 - pageCost,
      resetSeconds: 60,
    });
    expect([...headers].filter(([name]) => name.startsWith('ratelimit'))).toEqual([
      ['ratelimit-limit', '700'],
      ['ratelimit-policy', '700;w=60'],
      ['ratelimit-remaining', String(700 - pageCost)],
      ['ratelimit-reset', '60'],
    ]);
  });

  it('what costs too much is RATE_LIMITED, and says when to come again; other users are not', async () => {
    const [one, other] = [await person(), await person()];
    const codes = [];
    for (let i = 0; i < 2; i++) codes.push((await ask(app, { query: page, token: one.accessToken })).code);
    const refused = await ask(app, { query: page, token: one.accessToken });
    expect([...codes, refused.code, refused.status]).toEqual(['ok', 'ok', 'RATE_LIMITED', 429]);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(50);
    expect(refused.body.errors?.[0]?.extensions.retryAfter).toBe(wait);
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect((await ask(app, { query: page, token: other.accessToken })).code).toBe('ok');
  });

  it('the premium plan has more, from the next request on', async () => {
    const school = await app.seed.school();
    const [tutor, admin] = [await school.tutor(), await school.admin()];
    const set = `mutation { setUserPlan(input: { userId: "${tutor.id}", plan: PREMIUM }) { user { plan } } }`;
    expect((await ask(app, { query: set, token: admin.accessToken })).code).toBe('ok');
    const { body } = await ask(app, { query: page, token: tutor.accessToken });
    expect(body.extensions?.rateLimit).toMatchObject({ limit: 1_400 });
  });

  it('people who are not signed in share the budget of their address, and only theirs', async () => {
    const query =
      '{ nodes(ids: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s"]) { id } }';
    const from = (address: string) => ask(app, { query, from: address }).then(({ code }) => code);
    expect([await from('203.0.113.7'), await from('203.0.113.7'), await from('203.0.113.7')]).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
      'RATE_LIMITED',
    ]);
    expect(await from('203.0.113.8')).toBe('UNAUTHENTICATED');
  });

  it('an address cannot be made up: without a trusted proxy the header counts for nothing', async () => {
    await withLimits(
      { trustedProxies: 0, operationBudgets: { ...budgets, anonymousCost: 2 } },
      async (bare) => {
        const codes = [];
        for (let i = 0; i < 3; i++)
          codes.push((await ask(bare, { query: '{ __typename }', from: `203.0.113.${i}` })).code);
        expect(codes).toEqual(['ok', 'ok', 'RATE_LIMITED']);
      },
    );
  });

  it('each root field of a mutation counts, so aliases do', async () => {
    const { accessToken: token } = await person();
    const five = `mutation { ${[1, 2, 3, 4, 5].map((i) => `a${i}: updateProfile(input: {}) { user { id } }`).join(' ')} }`;
    const refused = await ask(app, { query: five, token });
    expect([refused.code, refused.headers.get('ratelimit-policy')]).toEqual(['RATE_LIMITED', '4;w=10']);
    expect(refused.body.data).toBeUndefined();
  });

  it('operations on all sockets of a user count together with those over HTTP', async () => {
    const { accessToken } = await person();
    expect((await ask(app, { query: page, token: accessToken })).code).toBe('ok');
    const results = [];
    for (const socket of [app.socket(accessToken), app.socket(accessToken)]) {
      const sent = socket.client.iterate({ query: page });
      results.push(
        await sent.next().then(
          ({ value }) => value?.extensions?.['rateLimit'],
          (errors) => errors,
        ),
      );
    }
    expect(results[0]).toMatchObject({ cost: pageCost, limit: 700, remaining: 700 - 2 * pageCost });
    expect(results[1]).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } },
    ]);
  });

  it('an address that sends much nonsense sends only known documents for a while, on both transports', async () => {
    const known = '{ known: __typename }';
    const { accessToken: token } = await person();
    const from = '203.0.113.66';
    expect((await ask(app, { query: known, token, from })).code).toBe('ok');
    for (let i = 0; i < 6; i++)
      expect((await ask(app, { query: `{ nothing${i} }`, from })).code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await ask(app, { query: '{ new: __typename }', token, from })).code).toBe('RATE_LIMITED');
    expect((await ask(app, { query: known, token, from })).code).toBe('ok');
    expect((await ask(app, { query: '{ new: __typename }', token })).code).toBe('ok');
  });
});

describe('attempts of strangers', () => {
  const wrong = (email: string) => ({ input: { email, password: 'a wrong password' } });

  it('a whole class behind one address signs in at once', async () => {
    await withLimits({ attemptLimits: { ...attemptLimits, failuresPerAddress: 10 } }, async (app) => {
      const school = await app.seed.school();
      const pupils = await Promise.all(Array.from({ length: 30 }, () => school.student()));
      const answers = await Promise.all(
        pupils.map(({ email }) =>
          ask(app, { query: signIn, variables: { input: { email, password: seededPassword } } }),
        ),
      );
      expect(answers.map(({ code }) => code)).toEqual(Array(30).fill('ok'));
    });
  });

  it('an address has so many failed sign-ins a minute; right passwords do not count', async () => {
    await withLimits({ attemptLimits: { ...attemptLimits, failuresPerAddress: 4 } }, async (app) => {
      const { email } = await (await app.seed.school()).tutor();
      const right = { input: { email, password: seededPassword } };
      for (let i = 0; i < 6; i++)
        expect((await ask(app, { query: signIn, variables: right })).code).toBe('ok');
      for (let i = 0; i < 4; i++)
        expect((await ask(app, { query: signIn, variables: wrong(email) })).code).toBe('INVALID_CREDENTIALS');
      const refused = await ask(app, { query: signIn, variables: right });
      expect([refused.code, Number(refused.headers.get('retry-after')) > 0]).toEqual(['RATE_LIMITED', true]);
      expect((await ask(app, { query: signIn, variables: right, from: '203.0.113.2' })).code).toBe('ok');
    });
  });

  it('an account under attack from many addresses lets its owner in, and each attacker guess once a minute', async () => {
    await withLimits({ attemptLimits: { ...attemptLimits, failuresPerAccount: 5 } }, async (app) => {
      const { email } = await (await app.seed.school()).tutor();
      for (let i = 0; i < 5; i++)
        expect(
          (await ask(app, { query: signIn, variables: wrong(email), from: `198.51.100.${i}` })).code,
        ).toBe('INVALID_CREDENTIALS');
      const guess = async (from: string) =>
        (await ask(app, { query: signIn, variables: wrong(email), from })).code;
      expect([await guess('198.51.100.99'), await guess('198.51.100.99')]).toEqual([
        'INVALID_CREDENTIALS',
        'RATE_LIMITED',
      ]);
      const owner = await ask(app, {
        query: signIn,
        variables: { input: { email, password: seededPassword } },
        from: '192.0.2.1',
      });
      expect(owner.code).toBe('ok');
      // An account that does not exist is guarded alike, so this tells nothing either.
      const nobody = 'nobody@test.example';
      for (let i = 0; i < 5; i++)
        await ask(app, { query: signIn, variables: wrong(nobody), from: `198.51.100.${i + 100}` });
      const blind = async () =>
        (await ask(app, { query: signIn, variables: wrong(nobody), from: '198.51.100.99' })).code;
      expect([await blind(), await blind()]).toEqual(['INVALID_CREDENTIALS', 'RATE_LIMITED']);
    });
  });

  it('sign-ups and requests for a reset are counted by address, a reset also by account', async () => {
    await withLimits(
      { attemptLimits: { ...attemptLimits, signUpsPerAddress: 1, resetsPerAddress: 4, resetsPerAccount: 2 } },
      async (app) => {
        const join = (email: string) => ({
          input: { email, password: 'a long enough password', displayName: 'Somebody', role: 'STUDENT' },
        });
        const joined = [
          await ask(app, { query: signUp, variables: join('a@test.example') }),
          await ask(app, { query: signUp, variables: join('b@test.example') }),
        ];
        expect(joined.map(({ code }) => code)).toEqual(['ok', 'RATE_LIMITED']);
        const reset = (email: string) =>
          ask(app, {
            query:
              'mutation ($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { ok } }',
            variables: { email },
          });
        const asked = [];
        for (const email of ['x', 'x', 'x', 'y', 'z'])
          asked.push((await reset(`${email}@test.example`)).code);
        expect(asked).toEqual(['ok', 'ok', 'RATE_LIMITED', 'ok', 'RATE_LIMITED']);
        // Under aliases as well: of three in one request the third is one too many.
        const three = ['u', 'v', 'w'].map(
          (name) => `${name}: requestPasswordReset(input: { email: "${name}@test.example" }) { ok }`,
        );
        const aliased = await ask(app, { query: `mutation { ${three.join(' ')} }`, from: '203.0.113.9' });
        expect(aliased.code).toBe('ok');
        const five = [...three, ...three.map((one) => `x${one}`)];
        expect((await ask(app, { query: `mutation { ${five.join(' ')} }`, from: '203.0.113.10' })).code).toBe(
          'RATE_LIMITED',
        );
      },
    );
  });

  it('whoever holds a session guesses its password no faster', async () => {
    await withLimits({ attemptLimits: { ...attemptLimits, failuresPerAddress: 2 } }, async (app) => {
      const { accessToken: token } = await (await app.seed.school()).tutor();
      const query =
        'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }';
      const guess = async () => {
        const variables = { input: { currentPassword: 'a guess', newPassword: 'another long enough one' } };
        return (await ask(app, { query, variables, token })).code;
      };
      expect([await guess(), await guess(), await guess()]).toEqual([
        'INVALID_CREDENTIALS',
        'INVALID_CREDENTIALS',
        'RATE_LIMITED',
      ]);
    });
  });
});
