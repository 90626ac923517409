import { hashPassword } from '../../src/modules/accounts/passwords.js';
import { newId } from '../../src/shared/ids.js';
import { signIn, signUp } from '../api/account-operations.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { mannWhitney } from './mann-whitney.js';

/** `npm run test:attacks` takes as many samples as an attacker would start with; the suite a few. */
const thorough = process.env['npm_lifecycle_event'] === 'test:attacks';
const samples = thorough ? 500 : 20;
/** Below this the two are held to be different. The suite runs often, and must not fail by chance. */
const limit = thorough ? 0.01 : 0.0005;

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const resetOperation =
  'mutation ($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { ok } }';
const unknown = () => `tutor-${newId()}@test.example`;

/** Accounts whose owners have proved these addresses, straight in the database. */
async function provedAccounts(addresses: readonly string[]): Promise<void> {
  const { organizationId } = await app.seed.school();
  const passwordHash = await hashPassword('the password of the owner');
  await app.foundation.database.sql(
    `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role, email_verified_at)
     SELECT gen_random_uuid(), $1, address, $2, 'Owner', 'STUDENT', now() FROM unnest($3::text[]) AS address`,
    organizationId,
    passwordHash,
    addresses,
  );
}

/** Milliseconds of `samples` requests of each kind, in random order, after a few to warm up; so many at a time. */
async function measure(ask: { known: () => Promise<unknown>; unknown: () => Promise<unknown> }, atOnce = 1) {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let i = 0; i < 5; i++) await Promise.all([ask.known(), ask.unknown()]);
  const left = { known: samples, unknown: samples };
  const lane = async () => {
    while (left.known + left.unknown > 0) {
      const kind = Math.random() * (left.known + left.unknown) < left.known ? 'known' : 'unknown';
      left[kind]--;
      const start = performance.now();
      await ask[kind]();
      times[kind].push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return times;
}

function report(what: string, { known, unknown }: { known: number[]; unknown: number[] }): number {
  const p = mannWhitney(known, unknown);
  const median = (values: number[]) =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]?.toFixed(2);
  if (thorough) {
    const line = `${what}: known ${median(known)} ms, unknown ${median(unknown)} ms, p = ${p.toFixed(3)}`;
    process.stdout.write(`${line}, ${samples} of each\n`);
  }
  return p;
}

describe('the statistics', () => {
  const noise = (count: number, shift: number) =>
    Array.from(
      { length: count },
      () => shift + Array.from({ length: 12 }, Math.random).reduce((a, b) => a + b) - 6,
    );

  it('agree with a table', () => {
    const [one, other] = [
      [19, 22, 16, 29, 24],
      [20, 11, 17, 12],
    ];
    // U = 3: the normal approximation with continuity gives 0.1113.
    expect(mannWhitney(one, other)).toBeCloseTo(0.1113, 3);
    expect(mannWhitney(one, one)).toBeCloseTo(1, 5);
  });

  it('tell a shift of a third of a deviation in 500 samples of each, and no shift where there is none', () => {
    expect(mannWhitney(noise(500, 0), noise(500, 1 / 3))).toBeLessThan(0.01);
    const same = Array.from({ length: 200 }, () => mannWhitney(noise(100, 0), noise(100, 0)));
    expect(same.filter((p) => p < 0.01).length).toBeLessThan(12);
  });
});

describe('known and unknown addresses cannot be told apart by time', () => {
  const patience = thorough ? 600_000 : 60_000;

  it(
    'of a sign-in with a wrong password',
    async () => {
      const { email } = await (await app.seed.school()).tutor();
      const ask = (address: string) =>
        app.client().send(signIn, { input: { email: address, password: 'a wrong password' } });
      const times = await measure({ known: () => ask(email), unknown: () => ask(unknown()) });
      expect(report('sign-in', times)).toBeGreaterThan(limit);
    },
    patience,
  );

  it(
    'of a sign-up, and of a sign-in with what was signed up',
    async () => {
      const free = Array.from({ length: samples + 10 }, unknown);
      const taken = Array.from({ length: samples + 10 }, unknown);
      await provedAccounts(taken);
      const inputFor = (email: string) => ({ email, password: 'a long enough password' });
      const join = (addresses: string[]) => () =>
        app.client().data(signUp, {
          input: { ...inputFor(addresses.pop() ?? ''), displayName: 'Somebody', role: 'STUDENT' },
        });
      const enter = (addresses: string[]) => () =>
        app.client().data(signIn, { input: inputFor(addresses.pop() ?? '') });
      const [forSignIn, forSignInFree] = [[...taken], [...free]];
      const times = await measure({ known: join(taken), unknown: join(free) });
      expect(report('sign-up', times)).toBeGreaterThan(limit);
      const afterwards = await measure({ known: enter(forSignIn), unknown: enter(forSignInFree) });
      expect(report('sign-in after it', afterwards)).toBeGreaterThan(limit);
    },
    patience,
  );

  it(
    'of a request for a password reset',
    async () => {
      const { email } = await (await app.seed.school()).tutor();
      const ask = (address: string) => app.client().send(resetOperation, { email: address });
      const times = await measure({ known: () => ask(email), unknown: () => ask(unknown()) });
      expect(report('reset', times)).toBeGreaterThan(limit);
    },
    patience,
  );
});
