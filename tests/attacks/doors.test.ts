import { readConfig } from '../../src/config/config.js';
import { createGraphqlClient } from '../testkit/graphql-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { authorization } from './families/authorization.js';
import { besiege, families, type Siege } from './siege.js';
import { makeSides } from './victims.js';

// The short form of `npm run test:attacks`: of each family a sample, against a server in this process. Another sample
// with ATTACK_SEED.
const seed = Number(process.env['ATTACK_SEED'] ?? 1);
const step = 2_000;
/** At the same time: much of it is waiting for a silence. */
const lanes = 8;
/** That an answer comes at all; the suite keeps every processor busy, and half a second is for the long form. */
const limitMs = 10_000;
const quietMs = 5_000;

let app: TestApp;
let sieges: Siege[] = [];
beforeAll(async () => {
  app = await startApp({
    config: {
      production: true,
      introspection: false,
      graphiql: false,
      allowedOrigins: 'same',
      socketLimits: { ...readConfig({}).socketLimits, socketsPerUser: 100, socketsPerAddress: 1_000 },
    },
  });
  const sides = await makeSides(app.seed, app.foundation.database, app.url);
  const target = { ...sides, origin: app.origin, alive: () => true, stop: async () => {} };
  sieges = Array.from({ length: lanes }, () => besiege(target, { step, seed }, limitMs, quietMs));
});
afterAll(async () => {
  for (const siege of sieges) await siege.end();
  await app.stop();
});

it('there are at least 60 families, each of its own name', () => {
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  expect(families.length).toBeGreaterThanOrEqual(60);
});

it(`a sample of each family, by seed ${seed}, finds nothing, as a stranger, a student and an admin of another school`, async () => {
  const waiting = [...families];
  const found: string[] = [];
  await Promise.all(
    sieges.map(async (siege) => {
      for (let family = waiting.shift(); family; family = waiting.shift()) {
        // What depends on who asks is asked by all three; of the rest each takes a part.
        const asOne = authorization.includes(family) ? undefined : seed + waiting.length;
        for (const problem of await siege.attack(family, asOne)) found.push(`${family.name}, ${problem}`);
      }
    }),
  );
  expect(found).toEqual([]);
  const attempts = sieges.reduce((sum, siege) => sum + siege.attempts, 0);
  expect(attempts).toBeGreaterThan(3 * families.length);
  expect(await createGraphqlClient(app.url, null).data('{ __typename }')).toEqual({ __typename: 'Query' });
});
