/**
 * Fills a database with the data of two large schools.
 *
 *   npm run db:fill -- [--rows 1000000] [--messages 10000000]
 *
 * `--rows` is how many rows each large table gets; `--messages` how many messages, if more. The database is that of
 * DATABASE_URL, or the embedded one of LECTERN_DATA_DIR; it must have no people yet.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectFolder, readConfig } from '../src/config/config.js';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres/index.js';
import { createLogger } from '../src/platform/logger.js';
import { applyMigrations } from '../src/platform/migrations/index.js';
import { fillDatabase } from './fill/fill.js';
import { shapeOf } from './fill/shape.js';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, messages: { type: 'string' } },
});
const rows = Number(values.rows);
const messages = Number(values.messages ?? rows);
if (!Number.isInteger(rows) || rows < 1_000 || !Number.isInteger(messages) || messages < rows) {
  throw new Error('--rows is at least 1000, and --messages at least as many');
}

const config = readConfig();
const logger = createLogger({ level: 'warn', pretty: true });
const embedded = config.databaseUrl ? null : await startEmbeddedPostgres({ dataDir: config.dataDir, logger });
try {
  const databaseUrl = config.databaseDirectUrl ?? config.databaseUrl ?? embedded?.url ?? '';
  await applyMigrations({ databaseUrl, migrationsDir: join(projectFolder, 'prisma', 'migrations'), logger });
  const begin = performance.now();
  const progress = (line: string) =>
    console.log(`${((performance.now() - begin) / 1_000).toFixed(0)} s  ${line}`);
  const filled = await fillDatabase({ databaseUrl, shape: shapeOf(rows, messages), progress });
  progress(`done: ${filled.toLocaleString('en')} rows`);
} finally {
  await embedded?.stop();
}
