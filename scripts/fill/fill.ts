import { Client } from 'pg';
import { boardTables } from './board-tables.js';
import { chatTables } from './chat-tables.js';
import { copyTable } from './copy.js';
import { lessonTables } from './lesson-tables.js';
import { notificationTables } from './notification-tables.js';
import { peopleTables } from './people-tables.js';
import type { Shape } from './shape.js';
import type { Table } from './table.js';

/** The rows of every table, in the order in which they refer to each other. */
export function tablesOf(shape: Shape, now: number): Table[] {
  return [peopleTables, lessonTables, chatTables, boardTables, notificationTables].flatMap((tables) =>
    tables(shape, now),
  );
}

export interface FillOptions {
  readonly databaseUrl: string;
  readonly shape: Shape;
  /** Told what has been done, now and then. */
  readonly progress?: (line: string) => void;
  /**
   * Rows are checked against foreign keys one by one. Without it they are not, which is the most of the time: a test
   * fills a small database with it, and the same rules make the large ones.
   */
  readonly checked?: boolean;
  /** A database that is filled stays as it is, instead of being an error. */
  readonly keep?: boolean;
}

/** The indexes of filled tables that hold no constraint: built once at the end, which is faster than row by row. */
const plainIndexes = `
  SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i
   WHERE i.indrelid = ANY ($1::regclass[]) AND NOT i.indisunique AND NOT i.indisexclusion`;

/** Tables whose triggers would count or chain what is so already, and what switches these on again. */
const untriggered = [
  ['classroom_member', 'ENABLE TRIGGER USER'],
  ['audit_entry', 'ENABLE ALWAYS TRIGGER audit_entry_chain, ENABLE ALWAYS TRIGGER audit_entry_append_only'],
  ['audit_head', 'ENABLE ALWAYS TRIGGER audit_head_append_only'],
] as const;

async function fillTable(client: Client, table: Table, progress: (line: string) => void): Promise<void> {
  const begin = performance.now();
  let next = begin + 5_000;
  const rate = (rows: number) =>
    Math.round(rows / ((performance.now() - begin) / 1_000)).toLocaleString('en');
  await copyTable(client, table, (rows) => {
    if (performance.now() < next) return;
    next = performance.now() + 5_000;
    progress(
      `${table.name}: ${Math.floor((100 * rows) / table.count)} % of ${table.count} rows, ${rate(rows)}/s`,
    );
  });
  progress(`${table.name}: ${table.count} rows, ${rate(table.count)}/s`);
}

/** Fills a migrated database without people; gives how many rows were written. */
export async function fillDatabase(options: FillOptions): Promise<number> {
  const { databaseUrl, shape, progress = () => {}, checked = false, keep = false } = options;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: present } = await client.query('SELECT FROM app_user LIMIT 1');
    if (present.length > 0 && keep) return 0;
    if (present.length > 0) throw new Error('The database has people already: fill an empty one.');
    if (!checked) await client.query('SET session_replication_role = replica');
    await client.query(
      `SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET TimeZone = 'UTC'`,
    );
    const tables = tablesOf(shape, Date.now());
    const names = [...new Set(tables.map(({ name }) => name))];
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(plainIndexes, [names]);
    for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
    for (const [table] of untriggered) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    for (const table of tables) await fillTable(client, table, progress);
    for (const [table, enable] of untriggered) await client.query(`ALTER TABLE ${table} ${enable}`);
    for (const { name, definition } of indexes) {
      const begin = performance.now();
      await client.query(definition);
      progress(`${name}: built in ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
    }
    // What the planner knows, and all-visible pages, as in a database that has been in use for a while.
    for (const name of names) await client.query(`VACUUM (ANALYZE) ${name}`);
    return tables.reduce((sum, { count }) => sum + count, 0);
  } finally {
    await client.end();
  }
}
