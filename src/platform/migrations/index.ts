import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '../logger.js';
import { compareHistory, databaseMessage, readHistory } from './history.js';
import { undoInterrupted } from './interruption.js';
import { migrationNames, readMigrations } from './migration-folder.js';

const LOCK = "hashtext('lectern'), hashtext('migrations')";
const POLL_MS = 100;

/** Which database is to be at the state of which migrations. */
export interface MigrationsOptions {
  /** A direct connection, not through a pooler: a session-level lock keeps other processes out. */
  readonly databaseUrl: string;
  /** The folder with a folder for each migration. */
  readonly migrationsDir: string;
}

async function connected<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'lectern migrations' });
  // A connection that breaks shows in the query that runs; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Waits for the lock by asking, since a query that waits inside the database would hold up CREATE INDEX CONCURRENTLY. */
async function lock(client: Client, logger: Logger): Promise<void> {
  for (let waits = 0; ; waits++) {
    const { rows } = await client.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS held`);
    if (rows[0]?.held) return;
    if (waits === 0) logger.info('another process applies migrations; waiting for it');
    await pause(POLL_MS);
  }
}

/**
 * Brings the database to the state of the migrations folder and gives the names of those applied, in order. One
 * process at a time does so; others wait and then find nothing to do. The history is that of Prisma
 * (`_prisma_migrations`), so `prisma migrate deploy` may be used instead at any time.
 * Throws one error that names the migration which failed, was edited after it had been applied, or is missing.
 */
export async function applyMigrations(options: MigrationsOptions & { logger: Logger }): Promise<string[]> {
  const { databaseUrl, migrationsDir, logger } = options;
  const migrations = await readMigrations(migrationsDir);
  return connected(databaseUrl, async (client) => {
    await lock(client, logger);
    await undoInterrupted(client, migrations, await readHistory(client));
    const pending = compareHistory(migrations, await readHistory(client));
    if (pending.length === 0) return [];
    logger.info({ pending }, 'applying migrations');
    // Loaded here only: most starts have nothing to apply.
    const { runEngine } = await import('./engine-run.js');
    try {
      return await runEngine(databaseUrl, migrationsDir, migrations, logger);
    } catch (cause) {
      const failed = (await readHistory(client)).find(({ finished }) => !finished);
      const reason = databaseMessage(
        failed?.logs ?? (cause instanceof Error ? cause.message : String(cause)),
      );
      throw new Error(`The migration ${failed?.name ?? pending[0]} failed: ${reason}`, { cause });
    }
  });
}

/** Names of the migrations that the database does not have yet, in order; all of them for an empty database. */
export async function pendingMigrations(options: MigrationsOptions): Promise<string[]> {
  const names = await migrationNames(options.migrationsDir);
  const history = await connected(options.databaseUrl, readHistory);
  const finished = new Set(history.filter((row) => row.finished).map(({ name }) => name));
  return names.filter((name) => !finished.has(name));
}
