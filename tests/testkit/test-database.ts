import pg from 'pg';

/** The migrated database that test databases are cloned from. */
export const templateDatabase = 'lectern_template';

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** Runs one statement on a connection of its own and gives the rows. */
export async function execute<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** A database of the suite's server, and its end. */
export interface TestDatabase {
  readonly url: string;
  /** Connections that are open to it. */
  connections(): Promise<number>;
  drop(): Promise<void>;
}

let count = 0;

/** A migrated database of one's own, cloned from the template (or empty). */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const server = process.env['LECTERN_TEST_POSTGRES'];
  if (!server) throw new Error('the suite has no PostgreSQL: run the tests through Jest');
  const name = `test_${process.pid}_${Date.now().toString(36)}_${count++}`;
  const template = options.empty ? 'template0' : templateDatabase;
  await execute(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  return {
    url: withDatabase(server, name),
    connections: async () => {
      const rows = await execute<{ n: number }>(
        server,
        'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1',
        [name],
      );
      return rows[0]?.n ?? 0;
    },
    drop: async () => {
      await execute(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
