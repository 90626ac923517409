/**
 * Writes the next migration: what changed in prisma/*.prisma since a commit, as SQL.
 *
 *   npm run db:new-migration -- <name> [--from <git ref>|empty] [--blank]
 *
 * `--from` is the schema before (default HEAD); `--blank` writes an empty file for SQL of one's own.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { diffSchemas } from '../src/platform/migrations/schema-diff.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const migrations = join(root, 'prisma/migrations');

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Paths below prisma/ in a commit; none where there is no such commit and none was asked for by name. */
function pathsAt(ref: string): string[] {
  try {
    return git('ls-tree', '-r', '-z', '--name-only', ref, '--', 'prisma').split('\0').filter(Boolean);
  } catch (error) {
    if (ref === 'HEAD') return [];
    throw error;
  }
}

function schemaAt(ref: string) {
  if (ref === 'empty') return [];
  const paths = pathsAt(ref).filter((path) => path.endsWith('.prisma'));
  return paths.map((path) => ({ path, content: git('show', `${ref}:./${path}`) }));
}

function presentSchema() {
  const paths = readdirSync(join(root, 'prisma'), { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.prisma'))
    .sort()
    .map((path) => ({ path: `prisma/${path}`, content: readFileSync(join(root, 'prisma', path), 'utf8') }));
}

function uncommittedMigrations(): string[] {
  if (!existsSync(migrations)) return [];
  const committed = new Set(pathsAt('HEAD'));
  return readdirSync(migrations, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !committed.has(`prisma/migrations/${entry.name}/migration.sql`))
    .map((entry) => entry.name);
}

async function newMigration(): Promise<string> {
  const { values, positionals } = parseArgs({
    options: { from: { type: 'string' }, blank: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const name = positionals[0] ?? '';
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error('Give the migration a name like add_lessons.');
  // Against HEAD, a migration that is not committed yet would be written a second time.
  const [uncommitted] = values.from || values.blank ? [] : uncommittedMigrations();
  if (uncommitted) throw new Error(`Commit or delete ${uncommitted} first, or name the schema with --from.`);

  const sql = values.blank
    ? '-- What the schema cannot say.\n'
    : await diffSchemas(schemaAt(values.from ?? 'HEAD'), presentSchema());
  if (!sql) return 'The schema has not changed; nothing was written (--blank makes an empty migration).';

  const timestamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrations, `${timestamp}_${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'migration.sql'), sql);
  const lock = join(migrations, 'migration_lock.toml');
  if (!existsSync(lock)) writeFileSync(lock, 'provider = "postgresql"\n');
  return `Wrote prisma/migrations/${timestamp}_${name}/migration.sql`;
}

try {
  console.log(await newMigration());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
