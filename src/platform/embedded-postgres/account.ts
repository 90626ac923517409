import { readFile, stat } from 'node:fs/promises';
import type { Binaries } from './binaries.js';
import { type Account, run } from './program.js';

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: User = { name: 'nobody', uid: 65_534, gid: 65_534 };

async function systemUser(): Promise<User> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  const users = lines.map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const found = users.find((user) => user[0] === name);
    // macOS keeps nobody as -2.
    const [uid, gid] = [Number(found?.[2]), Number(found?.[3])];
    if (uid > 0 && gid > 0) return { name, uid, gid };
  }
  return NOBODY;
}

/** Who owns the data already, unless that is root; PostgreSQL insists on running as the owner. */
async function ownerOf(pgData: string): Promise<User | undefined> {
  const found = await stat(pgData).catch(() => undefined);
  return found && found.uid !== 0 ? { name: `uid ${found.uid}`, uid: found.uid, gid: found.gid } : undefined;
}

/** Capabilities let another user through folders that only root may enter, such as a checkout in root's home. */
function withCapabilities({ name, uid, gid }: User): Account {
  const capability = '+dac_override';
  const change = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  // access(2), with which the programs look for each other, heeds them only without the usual "fixup".
  const keep = ['--securebits=+no_setuid_fixup', `--inh-caps=${capability}`, `--ambient-caps=${capability}`];
  return { name, owner: { uid, gid }, through: ['setpriv', ...change, ...keep, '--'] };
}

/** What keeps the account from running PostgreSQL's programs or entering the data folder, if anything. */
async function obstacle(account: Account, binaries: Binaries, dataDir: string): Promise<string | undefined> {
  try {
    // Shows what initdb would do, having found the server's program and its files.
    const check = 'cd "$2" && "$1" --show --pgdata=unused';
    await run('/bin/sh', ['-c', check, 'sh', binaries.initdb, dataDir], { account, cwd: '/' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The account that runs PostgreSQL on `pgData` in the folder `dataDir`: our own or, because PostgreSQL refuses
 * to run as root, the owner of the data, else `postgres` or `nobody`.
 * Throws, saying what to do, where that user can reach neither programs nor data.
 */
export async function chooseAccount(binaries: Binaries, dataDir: string, pgData: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { name: 'self', through: [] };
  const user = (await ownerOf(pgData)) ?? (await systemUser());
  const plain: Account = { name: user.name, owner: { uid: user.uid, gid: user.gid }, through: [] };
  const refused = await obstacle(plain, binaries, dataDir);
  if (!refused) return plain;
  const capable = withCapabilities(user);
  const refusedAgain = await obstacle(capable, binaries, dataDir);
  if (!refusedAgain) return capable;
  throw new Error(
    `PostgreSQL does not run as root, and the user ${user.name} cannot reach ${binaries.postgres} and ${dataDir}. ` +
      'Start as another user, move checkout or data (LECTERN_DATA_DIR) to a folder that everyone may enter, ' +
      `or set DATABASE_URL. (${refused}; ${refusedAgain})`,
  );
}
