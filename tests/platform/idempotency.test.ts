import { createDatabase, type Database } from '../../src/platform/database/database.js';
import { canonical } from '../../src/platform/idempotency/canonical.js';
import { once, removeExpiredKeys } from '../../src/platform/idempotency/once.js';
import { createLogger } from '../../src/platform/logger.js';
import { newId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../testkit/test-database.js';

let testDatabase: TestDatabase;
let database: Database;
let userId: string;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({
    waitMs: 15_000,
    url: testDatabase.url,
    logger: createLogger({ level: 'silent', pretty: false }),
  });
  userId = newId();
  await database.sql(
    `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role)
     SELECT $1, id, 'u@test.example', 'x', 'User', 'TUTOR' FROM organization LIMIT 1`,
    userId,
  );
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});

/** Runs an effect under a key in a transaction of its own. */
function run(key: string | null, effect: () => Promise<string>, input: unknown = {}, operation = 'make') {
  return database.transaction((tx) => once(tx, { userId, operation, key, input }, effect));
}

const make = async () => newId();

describe('once', () => {
  it('gives the first result again without running the effect', async () => {
    const first = await run('a', make);
    const effect = () => Promise.reject(new Error('run again'));
    expect(await run('a', effect)).toBe(first);
  });

  it('runs the effect each time without a key', async () => {
    expect(await run(null, make)).not.toBe(await run(null, make));
  });

  it('keeps the keys of operations apart', async () => {
    expect(await run('b', make, {}, 'make')).not.toBe(await run('b', make, {}, 'other'));
  });

  it('refuses another input', async () => {
    await run('c', make, { size: 1 });
    await expect(run('c', make, { size: 2 })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('refuses a second request while the first one runs', async () => {
    let finish = () => {};
    let begun = () => {};
    const running = new Promise<void>((resolve) => (begun = resolve));
    const first = run('d', async () => {
      begun();
      await new Promise<void>((resolve) => (finish = resolve));
      return newId();
    });
    await running;
    await expect(run('d', make)).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    finish();
    const made = await first;
    expect(await run('d', make)).toBe(made);
  });

  it('forgets a failure', async () => {
    await expect(run('e', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await run('e', make)).toEqual(expect.any(String));
  });

  it('forgets a result after 24 hours', async () => {
    const first = await run('f', make, { size: 1 });
    await database.sql(`UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = 'f'`);
    const second = await run('f', make, { size: 2 });
    expect(second).not.toBe(first);
    expect(await run('f', make, { size: 2 })).toBe(second);
  });
});

describe('removeExpiredKeys', () => {
  it('removes what is older than 24 hours, no more than the limit at once', async () => {
    for (const key of ['g1', 'g2', 'g3']) await run(key, make);
    await database.sql(
      `UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key IN ('g1', 'g2')`,
    );
    expect(await removeExpiredKeys(database, 1)).toBe(1);
    expect(await removeExpiredKeys(database, 10)).toBe(1);
    const left = await database.sql(`SELECT key FROM idempotency_key WHERE key LIKE 'g%'`);
    expect(left).toEqual([{ key: 'g3' }]);
  });
});

describe('an input', () => {
  it('is the same whatever the order of its keys and whether nothing is absent or null', () => {
    const at = new Date('2026-03-02T10:00:00+02:00');
    expect(canonical({ b: [{ y: 1, x: null }], a: at })).toBe(
      canonical({ a: new Date(at), b: [{ y: 1 }], c: undefined }),
    );
  });

  it('is another one when a list has another order', () => {
    expect(canonical({ list: [1, 2] })).not.toBe(canonical({ list: [2, 1] }));
  });
});
