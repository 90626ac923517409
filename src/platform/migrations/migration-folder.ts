import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A migration on disk. */
export interface Migration {
  /** The folder's name: a timestamp and what it does. */
  readonly name: string;
  readonly sql: string;
}

/** Names of the migrations in a folder, in the order in which they are applied. */
export async function migrationNames(migrationsDir: string): Promise<string[]> {
  const entries = await readdir(migrationsDir, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return folders.sort();
}

/** The migrations of a folder, in order. Throws where one has no `migration.sql`. */
export async function readMigrations(migrationsDir: string): Promise<Migration[]> {
  const names = await migrationNames(migrationsDir);
  return Promise.all(
    names.map(async (name) => ({
      name,
      sql: await readFile(join(migrationsDir, name, 'migration.sql'), 'utf8'),
    })),
  );
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Whether the script is the one that was applied; the line endings of a checkout make no difference. */
export function hasChecksum({ sql }: Migration, checksum: string): boolean {
  const unix = sql.replaceAll('\r\n', '\n');
  return [sql, unix, unix.replaceAll('\n', '\r\n')].some((text) => sha256(text) === checksum);
}
