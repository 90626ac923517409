/**
 * Measures what must not grow with the number of messages, and writes docs/performance/growth.md.
 *
 *   npm run bench:growth -- [--sizes 10000,1000000,10000000] [--rounds 200]
 *
 * Each size gets a database of its own in the embedded server of LECTERN_DATA_DIR; one that is filled is measured again.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { projectFolder, readConfig } from '../src/config/config.js';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres/index.js';
import { createLogger } from '../src/platform/logger.js';
import { applyMigrations } from '../src/platform/migrations/index.js';
import { fillDatabase } from './fill/fill.js';
import { shapeOf } from './fill/shape.js';
import { measure } from './growth/measure.js';
import { writeReport } from './growth/report.js';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,1000000,10000000' },
    rounds: { type: 'string', default: '200' },
  },
});
const sizes = values.sizes.split(',').map(Number);
/** Rooms, people and all else: as many as there are messages, up to here. */
const otherRows = 100_000;

const config = readConfig();
const logger = createLogger({ level: 'warn', pretty: true });
const server = await startEmbeddedPostgres({
  dataDir: config.dataDir,
  logger,
  settings: { shared_buffers: '1GB', max_wal_size: '4GB' },
});
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);

async function databaseOf(messages: number): Promise<string> {
  const url = new URL(server.url);
  url.pathname = `/growth_${messages}`;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query('SELECT FROM pg_database WHERE datname = $1', [`growth_${messages}`]);
  if (rows.length === 0) await client.query(`CREATE DATABASE growth_${messages}`);
  await client.end();
  await applyMigrations({
    databaseUrl: url.href,
    migrationsDir: join(projectFolder, 'prisma', 'migrations'),
    logger,
  });
  return url.href;
}

try {
  const results = [];
  for (const messages of sizes) {
    const databaseUrl = await databaseOf(messages);
    const shape = shapeOf(Math.min(messages, otherRows), messages);
    const begin = performance.now();
    const filled = await fillDatabase({ databaseUrl, shape, progress: say, keep: true });
    if (filled > 0)
      say(`${messages} messages filled in ${Math.round((performance.now() - begin) / 1_000)} s`);
    results.push(await measure(databaseUrl, shape, Number(values.rounds)));
    say(`${messages} messages measured`);
  }
  await writeReport(join(projectFolder, 'docs', 'performance', 'growth.md'), results, {
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    command: `npm run bench:growth -- --sizes ${values.sizes} --rounds ${values.rounds}`,
  });
} finally {
  await server.stop();
}
