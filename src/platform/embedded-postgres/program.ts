import { type ChildProcess, spawn } from 'node:child_process';

/** Under which account PostgreSQL's programs run: our own, or another when we are root. */
export interface Account {
  readonly name: string;
  /** Owner of the data when it is not our own account. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** A command and its arguments, put before the program, that change to the owner; empty: the spawn does. */
  readonly through: readonly string[];
}

/** How a program is launched. */
export interface Launch {
  readonly account: Account;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** An open file for its output; without one the output is piped to us. */
  readonly output?: number;
}

// Nothing of ours leaks into the server: PGDATA, PGPORT or a locale that does not exist here would change it.
const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };

/** Starts a program in a process group of its own, so that a Ctrl-C meant for us does not reach it. */
export function launch(file: string, args: readonly string[], how: Launch): ChildProcess {
  const { owner, through } = how.account;
  const [command = file, ...rest] = [...through, file, ...args];
  const sink = how.output ?? 'pipe';
  return spawn(command, rest, {
    cwd: how.cwd,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', sink, sink],
    // Windows programs do not start without the system's own variables.
    ...(process.platform === 'win32' ? {} : { env: { ...ENVIRONMENT, ...how.env } }),
    ...(owner && through.length === 0 ? owner : {}),
  });
}

/** Runs a program to its end. Throws with what it wrote when it cannot start or fails. */
export async function run(file: string, args: readonly string[], how: Launch): Promise<void> {
  const child = launch(file, args, how);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-4_000);
    });
  }
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${output.trim()}`);
}
