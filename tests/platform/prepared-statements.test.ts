import { pino } from 'pino';
import { createDatabase, type Database } from '../../src/platform/database/database.js';
import type { Statement } from '../../src/platform/database/observed-client.js';
import { newWork, within } from '../../src/platform/tracing/work.js';
import { createTestDatabase, type TestDatabase } from '../testkit/test-database.js';

let place: TestDatabase;
let database: Database;

beforeAll(async () => {
  place = await createTestDatabase();
  database = createDatabase({ url: place.url, logger: pino({ level: 'silent' }), poolSize: 1 });
});
afterAll(async () => {
  await database.stop();
  await place.drop();
});

/** Once when the statement is new to the connection, and once when its columns are known. */
async function twice(text: string, ...values: unknown[]): Promise<unknown[]> {
  const first = await database.sql(text, ...values);
  expect(await database.sql(text, ...values)).toEqual(first);
  return first;
}

it('values of every kind reach PostgreSQL as they are', async () => {
  const long = 'ї'.repeat(20_000);
  const at = new Date('2026-11-26T03:39:00.123Z');
  const [row] = await twice(
    `SELECT $1::text AS text, $2::int AS int, $3::boolean AS flag, $4::text IS NULL AS null, $5::timestamptz AS at,
       $6::bytea AS bytes, $7::jsonb AS json, $8::text[] AS texts, $9::bytea[] AS all_bytes, $10::text AS long,
       $11::int[][] AS nested, $12::bigint AS big, $13::text IS NULL AS absent`,
    ...['a "quoted" \\ text', 7, true, null, at, Buffer.from([0, 255]), { a: ['x'] }],
    ...[
      ['a,b', '"', '\\', null, '', '{}'],
      [Buffer.from([0, 1])],
      long,
      [
        [1, 2],
        [3, 4],
      ],
      2n ** 40n,
      undefined,
    ],
  );
  expect(row).toEqual({
    ...{ text: 'a "quoted" \\ text', int: 7, flag: true, null: true, at, bytes: Buffer.from([0, 255]) },
    ...{
      json: { a: ['x'] },
      texts: ['a,b', '"', '\\', null, '', '{}'],
      all_bytes: [Buffer.from([0, 1])],
      long,
    },
    ...{
      nested: [
        [1, 2],
        [3, 4],
      ],
      big: String(2n ** 40n),
      absent: true,
    },
  });
});

it('instants of all years are the same in PostgreSQL', async () => {
  const years = [-4_000, -1, 0, 1, 99, 1_582, 9_999, 10_000, 200_000];
  for (const year of years) {
    const at = new Date(Date.UTC(2026, 1, 28, 23, 59, 59, 999));
    at.setUTCFullYear(year);
    const [row] = await twice(`SELECT (extract(epoch FROM $1::timestamptz) * 1000)::text AS ms`, at);
    expect({ year, ms: Number((row as { ms: string }).ms) }).toEqual({ year, ms: at.getTime() });
  }
});

it('a statement that gives nothing, one that fails, and one with unreadable values leave the next one alone', async () => {
  await twice('SET application_name = something');
  await twice('CREATE TEMPORARY TABLE IF NOT EXISTS here (n int)');
  expect(await twice('INSERT INTO here VALUES ($1::int)', 1)).toEqual([]);
  expect(await twice('SELECT FROM here WHERE n = 7')).toEqual([]);
  await expect(database.sql('SELECT $1::int AS n', 'none')).rejects.toMatchObject({ code: '22P02' });
  await expect(database.sql('SELECT 1 / $1::int AS n', 0)).rejects.toMatchObject({ code: '22012' });
  await expect(database.sql('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
  await expect(database.sql('SELECT $1::timestamptz', new Date(Number.NaN))).rejects.toThrow(RangeError);
  expect(await twice('SELECT 1 / $1::int AS n', 1)).toEqual([{ n: 1 }]);
});

it('a row is a plain object, and columns of the same name are one', async () => {
  const [row] = await twice('SELECT 1 AS a, NULL AS b, 2 AS a');
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  expect(JSON.stringify(row)).toBe('{"a":2,"b":null}');
});

it('each statement is planned once for a connection, whatever its values are', async () => {
  for (let n = 0; n < 8; n++) await database.sql('SELECT $1::int + 1 AS "the sum"', n);
  const [plans] = await database.sql(
    `SELECT generic_plans::int AS generic, custom_plans::int AS custom FROM pg_prepared_statements WHERE statement LIKE '%the sum%' AND statement NOT LIKE '%pg_prepared%'`,
  );
  expect(plans).toEqual({ generic: 8, custom: 0 });
});

it('each is observed once, for the work that it was run for, whether it fails or not', async () => {
  const seen: Statement[] = [];
  const observed = createDatabase({
    ...{ url: place.url, logger: pino({ level: 'silent' }), poolSize: 1 },
    observe: (statement) => seen.push(statement),
  });
  try {
    const work = newWork('request');
    await within(work, () => observed.sql('SELECT 1'));
    await expect(observed.sql('SELECT 1 / 0')).rejects.toThrow('division by zero');
    expect(seen.map(({ text, failed, work: of }) => [text, failed, of])).toEqual([
      ['SELECT 1', false, work],
      ['SELECT 1 / 0', true, undefined],
    ]);
  } finally {
    await observed.stop();
  }
});

it('a statement that waits for a connection belongs to its own work, or to none, whoever lets go of it', async () => {
  const seen = new Map<string, unknown>();
  const observed = createDatabase({
    ...{ url: place.url, logger: pino({ level: 'silent' }), poolSize: 1 },
    observe: ({ text, work }) => seen.set(text, work),
  });
  try {
    const [first, second] = [newWork('first'), newWork('second')];
    await Promise.all([
      within(first, () => observed.sql('SELECT 1')),
      observed.sql('SELECT 2'),
      within(second, () =>
        observed.transaction((tx) => Promise.all([tx.sql('SELECT 3'), tx.sql('SELECT 4')])),
      ),
      observed.sql('SELECT 5'),
    ]);
    const of = ['SELECT 1', 'SELECT 2', 'SELECT 3', 'SELECT 4', 'COMMIT', 'SELECT 5'].map((text) =>
      seen.get(text),
    );
    expect(of).toEqual([first, undefined, second, second, second, undefined]);
  } finally {
    await observed.stop();
  }
});
