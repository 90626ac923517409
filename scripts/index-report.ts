/**
 * Measures what every index is for, and writes docs/performance/indexes_v13.md.
 *
 *   npm run bench:indexes -- [--rows 1000000] [--database <url>]
 *
 * The database is one that `npm run db:fill` has filled with so many rows. People, admins and the worker do everything
 * once on it (the story of tests/plans), which changes it; then every index is taken away and given back in turn.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { projectFolder } from '../src/config/config.js';
import { tellStory } from '../tests/plans/story.js';
import { shapeOf } from './fill/shape.js';
import { type Comparison, compare, exampleOf } from './indexes/before-after.js';
import { readIndexes } from './indexes/catalogue.js';
import { writeReport } from './indexes/report.js';
import { measureWrites, type WriteCost } from './indexes/write-cost.js';
import { planSettings } from './plans/plan-recorder.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    database: { type: 'string', default: process.env['DATABASE_URL'] ?? '' },
  },
});
const url = values.database;
if (!url) throw new Error('--database, or DATABASE_URL, names a filled database');
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);

const statements = await tellStory(
  { url, connections: async () => 0, drop: async () => {} },
  shapeOf(Number(values.rows)),
);
say(`${statements.length} statements`);

const client = new pg.Client({ connectionString: url });
await client.connect();
try {
  const indexes = await readIndexes(client);
  const writes = new Map<string, WriteCost>();
  for (const table of new Set(indexes.map((index) => index.table))) {
    const own = indexes.filter((index) => index.table === table);
    for (const [name, cost] of await measureWrites(client, table, own)) writes.set(name, cost);
    say(`${table}: the cost of ${own.length} indexes`);
  }
  for (const setting of planSettings) await client.query(setting);
  const comparisons = new Map<string, Comparison>();
  for (const index of indexes) {
    const example = exampleOf(index, statements);
    if (example) comparisons.set(index.name, await compare(client, index, example));
  }
  say(`${comparisons.size} indexes compared`);
  const { rows: sizes } = await client.query<{ name: string; rows: number }>(
    `SELECT relname AS name, reltuples::float8 AS rows FROM pg_class
      WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> '_prisma_migrations'`,
  );
  await writeReport(join(projectFolder, 'docs', 'performance', 'indexes_v13.md'), {
    ...{ statements, indexes, comparisons, writes },
    tables: new Map(sizes.map(({ name, rows }) => [name, rows])),
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    command: `npm run bench:indexes -- --rows ${values.rows}`,
  });
} finally {
  await client.end();
}
