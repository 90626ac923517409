import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { createLogger } from '../../src/platform/logger.js';
import { applyMigrations } from '../../src/platform/migrations/index.js';
import { execute, templateDatabase, withDatabase } from './test-database.js';

const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '400',
  shared_buffers: '256MB',
};

/**
 * Starts the suite's own PostgreSQL in a folder of its own, with the migrated template that every test file clones;
 * gives the function that ends it.
 */
export async function startSuitePostgres(): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lectern-test-'));
  const logger = createLogger({ level: 'warn', pretty: false });
  const postgres = await startEmbeddedPostgres({ dataDir, logger, settings });
  process.env['LECTERN_TEST_POSTGRES'] = postgres.url;
  await execute(postgres.url, `CREATE DATABASE ${templateDatabase}`);
  const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
  await applyMigrations({ databaseUrl: withDatabase(postgres.url, templateDatabase), migrationsDir, logger });
  await execute(postgres.url, `ALTER DATABASE ${templateDatabase} IS_TEMPLATE true`);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
