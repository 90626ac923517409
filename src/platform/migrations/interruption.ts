import type { Client } from 'pg';
import type { AppliedMigration } from './history.js';
import type { Migration } from './migration-folder.js';

/** The rows of migrations that run or were cut off: neither finished nor failed. There is at most one. */
const RUNNING = 'finished_at IS NULL AND rolled_back_at IS NULL AND logs IS NULL';

/**
 * Goes before a migration's script, into its transaction: the history then says "finished" exactly when the
 * script's effects are there, whoever is killed at whatever moment. It also locks the row while the script runs.
 */
export const FINISH = `UPDATE _prisma_migrations SET finished_at = clock_timestamp() WHERE ${RUNNING};`;

const COMMENT = /--.*|\/\*[\s\S]*?\*\//g;
const OUTSIDE_TRANSACTION =
  /\bconcurrently\b|(^|;)\s*(vacuum|begin|start|commit|end|rollback|alter\s+system|(create|drop)\s+(database|tablespace))\b/i;

/** Whether PostgreSQL runs the script as one transaction: nothing in it forbids, begins or ends one. */
export function isOneTransaction(script: string): boolean {
  return !OUTSIDE_TRANSACTION.test(script.replace(COMMENT, ''));
}

/**
 * Takes back a migration that was cut off, so that it is applied again. A process that was killed may have left
 * its script running in the server: the update waits for the end of it and then finds it finished or undone.
 */
export async function undoInterrupted(
  client: Client,
  migrations: readonly Migration[],
  history: readonly AppliedMigration[],
): Promise<void> {
  for (const { name, finished, logs } of history) {
    const script = migrations.find((migration) => migration.name === name)?.sql;
    if (finished || logs !== null || script === undefined || !isOneTransaction(script)) continue;
    const sql = `UPDATE _prisma_migrations SET rolled_back_at = clock_timestamp() WHERE ${RUNNING} AND migration_name = $1`;
    await client.query(sql, [name]);
  }
}
