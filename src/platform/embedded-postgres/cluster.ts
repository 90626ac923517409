import { randomBytes } from 'node:crypto';
import {
  chown,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../logger.js';
import { chooseAccount } from './account.js';
import { type Binaries, findBinaries } from './binaries.js';
import { isAlive } from './postmaster-file.js';
import { type Account, run } from './program.js';

/** The one role, a superuser, and the database that the application uses. */
export const ROLE = 'lectern';

/** A data folder, ready for a server to run on it. */
export interface Cluster {
  readonly dataDir: string;
  /** What PostgreSQL calls its data directory. */
  readonly pgData: string;
  readonly logFile: string;
  readonly password: string;
  readonly binaries: Binaries;
  readonly account: Account;
  /** Settings of the server, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

const exists = (path: string) => stat(path).then(Boolean, () => false);

/** The password of this data folder. Of several processes that make one at once, the first one's counts. */
async function ownPassword(dataDir: string): Promise<string> {
  const file = join(dataDir, 'postgres.password');
  if (!(await exists(file))) {
    const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    await writeFile(draft, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
    // A link appears complete or not at all, and never replaces another's.
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(draft);
  }
  return (await readFile(file, 'utf8')).trim();
}

/** Makes the database files in a folder beside and renames it into place; who comes second discards his. */
async function initialise(cluster: Cluster, ctype: string): Promise<void> {
  const { account, dataDir, password, pgData, settings } = cluster;
  const draft = await mkdtemp(join(dataDir, `initdb-${process.pid}-`));
  const files = join(draft, 'data');
  const passwordFile = join(draft, 'password');
  try {
    await mkdir(files, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    for (const path of account.owner ? [draft, files, passwordFile] : []) {
      await chown(path, account.owner?.uid ?? 0, account.owner?.gid ?? 0);
    }
    const provider = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const locale = ['--locale=C', `--lc-ctype=${ctype}`];
    const access = [`--username=${ROLE}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const durability = settings['fsync'] === 'off' ? ['--no-sync'] : [];
    const args = [`--pgdata=${files}`, ...provider, ...locale, ...access, ...durability, '--no-instructions'];
    await run(cluster.binaries.initdb, args, { account, cwd: dataDir });
    await rename(files, pgData);
  } catch (error) {
    if (!(await exists(join(pgData, 'PG_VERSION')))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * The system's locale of characters for pg_trgm and the text search parser, which know no other: with plain C
 * they find no Cyrillic letters. Everything else uses PostgreSQL's own C.UTF-8.
 */
const CTYPE: Readonly<Record<string, string>> = { linux: 'C.UTF-8', darwin: 'en_US.UTF-8' };

async function create(cluster: Cluster): Promise<void> {
  cluster.logger.info({ pgData: cluster.pgData }, 'creating the embedded database');
  const ctype = CTYPE[process.platform] ?? 'C';
  try {
    await initialise(cluster, ctype);
  } catch (error) {
    if (ctype === 'C' || !/invalid locale name/.test(String(error))) throw error;
    cluster.logger.warn({ ctype }, 'this system has no UTF-8 locale; pg_trgm will find Latin letters only');
    await initialise(cluster, 'C');
  }
}

/** Removes what a process left behind that was killed while it made the database files. */
async function discardDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = Number(/^initdb-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

/**
 * Opens the data folder `dataDir`, making it and its database files when they are not there yet. Safe to be
 * called by several processes at once. Throws where the files cannot be made or belong to another user.
 */
export async function openCluster(
  dataDir: string,
  settings: Readonly<Record<string, string>>,
  logger: Logger,
): Promise<Cluster> {
  await mkdir(dataDir, { recursive: true });
  const folder = await realpath(dataDir);
  const pgData = join(folder, 'postgres');
  const binaries = await findBinaries();
  const account = await chooseAccount(binaries, folder, pgData);
  const password = await ownPassword(folder);
  const logFile = join(folder, 'postgres.log');
  const cluster = { dataDir: folder, pgData, logFile, password, binaries, account, settings, logger };
  if (!(await exists(join(pgData, 'PG_VERSION')))) await create(cluster);
  await discardDrafts(folder);
  return cluster;
}
