import pg from 'pg';
import { pino } from 'pino';
import { createDatabase, type Database, type UnitOfWork } from '../../src/platform/database/database.js';
import { isOutage } from '../../src/platform/database/failures.js';
import { sendUnseen } from '../../src/platform/database/send.js';
import { inTransaction } from '../../src/platform/database/transaction.js';
import { createTestDatabase, type TestDatabase } from '../testkit/test-database.js';

let place: TestDatabase;
let database: Database;
let statements: string[];

beforeAll(async () => {
  place = await createTestDatabase();
});
beforeEach(() => {
  statements = [];
  database = createDatabase({
    url: place.url,
    logger: pino({ level: 'silent' }),
    poolSize: 2,
    observe: ({ text }) => statements.push(text),
  });
});
afterEach(() => database.stop());
afterAll(() => place.drop());

/** A table of its own, and how many rows it has. */
async function table(name: string) {
  await database.sql(`CREATE TABLE IF NOT EXISTS ${name} (n int PRIMARY KEY)`);
  const insert = `INSERT INTO ${name} VALUES ($1::int)`;
  const count = async () => {
    const [row] = await database.sql<{ count: number }>(`SELECT count(*)::int AS count FROM ${name}`);
    return row?.count;
  };
  return { insert, count };
}
/** Of the connection: which one it is, and whether a transaction is open on it. */
const state = `SELECT pg_backend_pid() AS pid, now() = statement_timestamp() AS first`;
interface State {
  readonly pid: number;
  readonly first: boolean;
}

it('commits all of its statements, the first of which takes BEGIN along, and then calls its hooks', async () => {
  const { insert, count } = await table('committed');
  const told: (number | undefined)[] = [];
  const result = await database.transaction(async (tx) => {
    tx.afterCommit(() => told.push(1));
    await tx.sql(insert, 1);
    expect(await count()).toBe(0);
    await tx.sql(insert, 2);
    expect(told).toEqual([]);
    return 'done';
  });
  expect([result, await count(), told]).toEqual(['done', 2, [1]]);
  expect(statements.filter((text) => text === insert || text === 'COMMIT')).toEqual([
    insert,
    insert,
    'COMMIT',
  ]);
});

it.each(['new to the connection', 'prepared on it'])(
  'statements that are %s are in one transaction',
  async () => {
    for (let round = 0; round < 3; round++) {
      const [first, second] = await database.transaction(async (tx) => [
        ...(await tx.sql<State>(state)),
        ...(await tx.sql<State>(state)),
      ]);
      // The time of a transaction is that of its BEGIN.
      expect([first?.pid === second?.pid, second?.first]).toEqual([true, false]);
    }
  },
);

it('statements that are sent beside each other are all in it', async () => {
  const { insert, count } = await table('beside');
  const all = (numbers: number[]) =>
    database.transaction((tx) => Promise.all(numbers.map((n) => tx.sql(insert, n))));
  await expect(all([1, 2, 2, 3])).rejects.toMatchObject({ code: '23505' });
  expect(await count()).toBe(0);
  await all([1, 2, 3]);
  expect(await count()).toBe(3);
});

it('pg has one statement at a time, whatever the work sends beside each other', async () => {
  const pool = new pg.Pool({ connectionString: place.url, max: 1 });
  const client = await pool.connect();
  let [underWay, most] = [0, 0];
  const send: typeof sendUnseen = (to, statement, done, work) => {
    most = Math.max(most, ++underWay);
    const ended: typeof done = (failure, rows) => {
      underWay--;
      done(failure, rows);
    };
    sendUnseen(to, statement, ended, work);
  };
  const connection = { client, send, release: client.release };
  const rows = await inTransaction(connection, 10_000, (tx) =>
    Promise.all([1, 2, 3].map((n) => tx.sql('SELECT $1::int AS n', n))),
  );
  expect([rows.flat(), most]).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }], 1]);
  await pool.end();
});

it('a statement that has failed with BEGIN in front of it gives its columns the next time', async () => {
  const divide = (by: number) => database.transaction((tx) => tx.sql('SELECT 10 / $1::int AS n', by));
  await database.transaction((tx) => tx.sql('SELECT 1'));
  await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
  expect(await divide(2)).toEqual([{ n: 5 }]);
});

it('without a statement there is no transaction', async () => {
  // On a new connection BEGIN is prepared by itself.
  for (const made of [7, 8]) expect(await database.transaction(async () => made)).toBe(made);
  expect(statements).toEqual(['COMMIT']);
});

it('rolls everything back when the work fails, calls no hook, and keeps the connection', async () => {
  const { insert, count } = await table('rolled_back');
  let called = false;
  const failing = database.transaction(async (tx) => {
    tx.afterCommit(() => {
      called = true;
    });
    await tx.sql(insert, 1);
    throw new Error('of its own');
  });
  await expect(failing).rejects.toThrow('of its own');
  expect([await count(), called, statements.includes('ROLLBACK')]).toEqual([0, false, true]);
  expect(database.poolUse()).toMatchObject({ total: 1, idle: 1 });
});

it.each([
  ['a violated constraint', 'INSERT INTO failing VALUES (1)', [], '23505'],
  ['words that are no SQL', 'SELEC', [], '42601'],
  ['a value that is none', 'SELECT $1::int', ['x'], '22P02'],
])('%s in its first statement ends it, and the next one begins anew', async (_what, text, values, code) => {
  const { insert, count } = await table('failing');
  await database.sql(`${insert} ON CONFLICT DO NOTHING`, 1);
  for (let round = 0; round < 2; round++) {
    await expect(database.transaction((tx) => tx.sql(text, ...values))).rejects.toMatchObject({ code });
    await expect(
      database.transaction(async (tx) => {
        await tx.sql(insert, 2);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await count()).toBe(1);
  }
});

it('a value that cannot be written begins nothing, and what follows is in the transaction all the same', async () => {
  const { insert, count } = await table('unwritable');
  const endless: Record<string, unknown> = {};
  endless['itself'] = endless;
  const failing = database.transaction(async (tx) => {
    await tx.sql('SELECT $1::jsonb', endless).catch(() => {});
    await tx.sql(insert, 1);
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  expect(await count()).toBe(0);
});

it('what had failed is not taken for committed', async () => {
  const { insert, count } = await table('swallowed');
  const swallowing = database.transaction(async (tx) => {
    await tx.sql(insert, 1);
    await tx.sql('SELECT 1 / 0').catch(() => {});
  });
  await expect(swallowing).rejects.toThrow('had failed');
  expect(await count()).toBe(0);
});

it('a serialization failure is run again, three times at most', async () => {
  const { insert, count } = await table('again');
  let runs = 0;
  const conflict = `DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`;
  const running = (failures: number) =>
    database.transaction(async (tx) => {
      runs++;
      await tx.sql(insert, 1);
      if (runs <= failures) await tx.sql(conflict);
    });
  await running(3);
  expect([runs, await count()]).toEqual([4, 1]);
  runs = 0;
  await database.sql('DELETE FROM again');
  await expect(running(9)).rejects.toMatchObject({ code: '40001' });
  expect([runs, await count()]).toEqual([4, 0]);
});

it('a statement after the end is refused', async () => {
  const kept = await database.transaction(async (tx) => tx);
  await expect(kept.sql('SELECT 1')).rejects.toThrow('after the end');
});

it('a lost connection is an outage, and the pool is whole afterwards', async () => {
  const { insert, count } = await table('lost');
  const losing = database.transaction(async (tx) => {
    await tx.sql(insert, 1);
    await tx.sql('SELECT pg_terminate_backend(pg_backend_pid())');
  });
  expect(isOutage(await losing.catch((error: unknown) => error))).toBe(true);
  expect(await count()).toBe(0);
  await database.transaction((tx) => tx.sql(insert, 1));
  expect(await count()).toBe(1);
});

it('one that takes too long is rolled back and an outage, whatever it waits for', async () => {
  const { insert, count } = await table('late');
  const pool = new pg.Pool({ connectionString: place.url, max: 1 });
  pool.on('error', () => {});
  const within = async (milliseconds: number, work: Parameters<typeof inTransaction>[2]) => {
    const client = await pool.connect();
    const connection = { client, send: sendUnseen, release: client.release };
    return inTransaction(connection, milliseconds, work).catch((error: unknown) => error);
  };
  const takeLock = 'SELECT pg_advisory_xact_lock(7)';
  // Somebody else has what the second one waits for.
  await database.transaction(async (holder) => {
    await holder.sql(takeLock);
    const waits = [() => new Promise<never>(() => {}), (tx: UnitOfWork) => tx.sql(takeLock)];
    for (const wait of waits) {
      const failure = await within(50, async (tx) => {
        await tx.sql(insert, 1);
        await wait(tx);
      });
      expect([isOutage(failure), pool.totalCount]).toEqual([true, 0]);
      expect(await count()).toBe(0);
    }
  });
  await pool.end();
});
