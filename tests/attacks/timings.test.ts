import { hashPassword } from '../../src/modules/accounts/passwords.js';
import { newId } from '../../src/shared/ids.js';
import { signIn, signUp } from '../api/account-operations.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { mannWhitney } from './mann-whitney.js';

/** `npm run test:attacks` takes as many samples as an attacker would start with; the suite a few. */
const thorough = process.env['npm_lifecycle_event'] === 'test:attacks';
const samples = thorough ? 500 : 20;
/** Below this two samples are held to be different. */
const limit = 0.01;

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

type Ask = Readonly<Record<'known' | 'unknown', () => Promise<unknown>>>;
type Times = Readonly<Record<'known' | 'unknown', number[]>>;

/** Milliseconds of `samples` requests of each kind, one after another in random order, after a few to warm up. */
async function measure(ask: Ask): Promise<Times> {
  const times: Times = { known: [], unknown: [] };
  for (let i = 0; i < 5; i++) await Promise.all([ask.known(), ask.unknown()]);
  const left = { known: samples, unknown: samples };
  while (left.known + left.unknown > 0) {
    const kind = Math.random() * (left.known + left.unknown) < left.known ? 'known' : 'unknown';
    left[kind]--;
    const start = performance.now();
    await ask[kind]();
    times[kind].push(performance.now() - start);
  }
  return times;
}

const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * Whether the two can be told apart. One test in a hundred says so of what is alike, so it has to say it twice, of times
 * that were measured anew, and that the same of the two takes longer: by chance once in 20,000.
 */
async function toldApart(what: string, ask: Ask): Promise<boolean> {
  let before = 0;
  for (;;) {
    const times = await measure(ask);
    const p = mannWhitney(times.known, times.unknown);
    const longer = middle(times.known) - middle(times.unknown);
    if (thorough) {
      const line = `${what}: known ${middle(times.known).toFixed(2)} ms, unknown ${middle(times.unknown).toFixed(2)} ms`;
      process.stdout.write(`${line}, p = ${p.toFixed(3)}, ${samples} of each\n`);
    }
    if (p >= limit) return false;
    if (before !== 0) return Math.sign(longer) === Math.sign(before);
    before = longer;
  }
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

const patience = thorough ? 600_000 : 60_000;

describe('known and unknown addresses cannot be told apart by time', () => {
  /** So many addresses that each is asked for once, in two rounds. */
  const addresses = () => Array.from({ length: 2 * (samples + 5) }, unknown);

  it(
    'of a sign-in with a wrong password',
    async () => {
      const [known, free] = [addresses(), addresses()];
      await provedAccounts(known);
      const ask = (email: string | undefined) =>
        app.client().error(signIn, { input: { email, password: 'a wrong password' } });
      const each = { known: () => ask(known.pop()), unknown: () => ask(free.pop()) };
      expect(await toldApart('sign-in', each)).toBe(false);
    },
    patience,
  );

  it(
    'of many sign-ins to one account',
    async () => {
      const [one, nobody] = [unknown(), unknown()];
      await provedAccounts([one]);
      const ask = (email: string) =>
        app.client().error(signIn, { input: { email, password: 'a wrong password' } });
      const each = { known: () => ask(one), unknown: () => ask(nobody) };
      expect(await toldApart('sign-in to one account', each)).toBe(false);
    },
    patience,
  );

  it(
    'of a sign-up, and of a sign-in with what was signed up',
    async () => {
      const [taken, free] = [addresses(), addresses()];
      await provedAccounts(taken);
      const inputFor = (email: string | undefined) => ({ email, password: 'a long enough password' });
      const made = { known: [] as string[], unknown: [] as string[] };
      const join = (kind: 'known' | 'unknown', from: string[]) => () => {
        const email = from.pop() as string;
        made[kind].push(email);
        const input = { ...inputFor(email), displayName: 'Somebody', role: 'STUDENT' };
        return app.client().data(signUp, { input });
      };
      const signUps = { known: join('known', taken), unknown: join('unknown', free) };
      expect(await toldApart('sign-up', signUps)).toBe(false);
      // Each signs in once or twice, the newest account first.
      const enter = (emails: readonly string[]) => {
        let next = emails.length;
        return () => {
          next = next === 0 ? emails.length - 1 : next - 1;
          return app.client().data(signIn, { input: inputFor(emails[next]) });
        };
      };
      const signIns = { known: enter(made.known), unknown: enter(made.unknown) };
      expect(await toldApart('sign-in after it', signIns)).toBe(false);
    },
    2 * patience,
  );

  it(
    'of a request for a password reset',
    async () => {
      const [known, free] = [addresses(), addresses()];
      await provedAccounts(known);
      const ask = (email: string | undefined) => app.client().data(resetOperation, { email });
      const each = { known: () => ask(known.pop()), unknown: () => ask(free.pop()) };
      expect(await toldApart('reset', each)).toBe(false);
    },
    patience,
  );
});

it(
  'a known address that took longer would be told apart: by a quarter of the time in 500 samples',
  async () => {
    const ask = (delay: number) => async () => {
      await app.client().data(resetOperation, { email: unknown() });
      const until = performance.now() + delay;
      while (performance.now() < until);
    };
    // On a busy machine a few samples tell only what is longer by far.
    const usual = middle((await measure({ known: ask(0), unknown: ask(0) })).known);
    const each = { known: ask((thorough ? 0.25 : 3) * usual), unknown: ask(0) };
    expect(await toldApart('reset with a delay', each)).toBe(true);
  },
  patience,
);
