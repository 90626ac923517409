import type { Client } from 'pg';
import { hasChecksum, type Migration } from './migration-folder.js';

/** A row of `_prisma_migrations` that was not rolled back. */
export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
  /** What the database said when it failed. */
  readonly logs: string | null;
}

const NO_SUCH_TABLE = '42P01';

/** The database's history of migrations; empty for a database that has none yet. */
export async function readHistory(client: Client): Promise<AppliedMigration[]> {
  const sql = `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, logs
    FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`;
  try {
    return (await client.query<AppliedMigration>(sql)).rows;
  } catch (error) {
    if ((error as { code?: string }).code === NO_SUCH_TABLE) return [];
    throw error;
  }
}

/** The migrations that the history does not have. Throws, naming it, at the first that contradicts the history. */
export function compareHistory(
  migrations: readonly Migration[],
  history: readonly AppliedMigration[],
): string[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished, logs } of history) {
    if (!finished) throw new Error(unfinished(name, logs));
    const migration = known.get(name);
    if (!migration) {
      throw new Error(`The database has the migration ${name}, which is not in this version's migrations.`);
    }
    if (!hasChecksum(migration, checksum)) {
      throw new Error(`The migration ${name} was edited after it had been applied to this database.`);
    }
  }
  const applied = new Set(history.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

/** What the database said, out of the engine's account of a failure, which adds its own call stack. */
export function databaseMessage(logs: string): string {
  const [message = logs] = logs.split(/\n\s+0: /);
  return message.replace(/^external connector error\n(Error querying the database: )?/, '').trim();
}

function unfinished(name: string, logs: string | null): string {
  const reason = logs ? `: ${databaseMessage(logs)}.` : ' or was cut off.';
  const way = `Set right what it left behind, then run: npx prisma migrate resolve --rolled-back ${name}`;
  return `The migration ${name} failed before${reason} ${way}`;
}
