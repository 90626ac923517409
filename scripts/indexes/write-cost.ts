import type pg from 'pg';
import { dropSql, type IndexFacts } from './catalogue.js';

/** What an index adds to the insertion of one row. */
export interface WriteCost {
  readonly microseconds: number;
  /** Of the write-ahead log, without images of whole pages. */
  readonly walBytes: number;
}

const sampleRows = 5_000;
const rounds = 5;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * Takes some rows out of a table and inserts them again, with all indexes and without each of them in turn; the
 * difference is what the index costs. Nothing else is checked meanwhile, and all of it is rolled back.
 */
export async function measureWrites(
  client: pg.Client,
  table: string,
  indexes: readonly IndexFacts[],
): Promise<Map<string, WriteCost>> {
  const costs = new Map<string, WriteCost>();
  await client.query('BEGIN');
  try {
    const columns = await plainColumns(client, table);
    await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await client.query('SET LOCAL session_replication_role = replica');
    await client.query(
      `CREATE TEMP TABLE sample ON COMMIT DROP AS
       SELECT ctid AS place, ${columns} FROM ${table} TABLESAMPLE SYSTEM (10) ORDER BY random() LIMIT ${sampleRows}`,
    );
    const { rowCount } = await client.query(`DELETE FROM ${table} WHERE ctid IN (SELECT place FROM sample)`);
    const insert = `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM sample`;

    const once = async (drop: string | null): Promise<WriteCost> => {
      await client.query('SAVEPOINT before');
      if (drop) await client.query(drop);
      const from = await walPosition(client);
      const begin = performance.now();
      await client.query(insert);
      const microseconds = (1_000 * (performance.now() - begin)) / (rowCount ?? 1);
      const walBytes = ((await walPosition(client)) - from) / (rowCount ?? 1);
      await client.query('ROLLBACK TO SAVEPOINT before');
      return { microseconds, walBytes };
    };
    await once(null);
    for (const index of indexes) {
      const pairs: WriteCost[] = [];
      // One after the other, so that what else the machine does meets both.
      for (let round = 0; round < rounds; round++) {
        const [withIt, without] = [await once(null), await once(dropSql(index))];
        pairs.push({
          microseconds: withIt.microseconds - without.microseconds,
          walBytes: withIt.walBytes - without.walBytes,
        });
      }
      costs.set(index.name, {
        microseconds: median(pairs.map((pair) => pair.microseconds)),
        walBytes: median(pairs.map((pair) => pair.walBytes)),
      });
    }
  } finally {
    await client.query('ROLLBACK');
  }
  return costs;
}

async function plainColumns(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ columns: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [table],
  );
  return rows[0]?.columns ?? '';
}

async function walPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ at: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS at`,
  );
  return rows[0]?.at ?? 0;
}
