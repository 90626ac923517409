import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import { canJoin } from './connection.js';
import { freePort, isFree, LOOPBACK } from './port.js';
import {
  isAlive,
  lastPort,
  type PostmasterFile,
  readPostmasterFile,
  servesFiles,
} from './postmaster-file.js';
import { launch, run } from './program.js';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 25;
const LOG_LIMIT_BYTES = 10_000_000;

// Ends of a start that are no failure: another process was first, or a killed server's last children still
// hold its memory, or someone took the port in between.
const TRY_AGAIN =
  /lock file "postmaster\.pid"|pre-existing shared memory block|could not bind|Address already in use/;

/** How to bring a server about. */
export interface ServerRequest {
  /** The only port that will do: set to bring a server back under the address that is already in use. */
  readonly port?: number;
  readonly signal: AbortSignal;
}

async function openLog(cluster: Cluster): Promise<FileHandle> {
  const size = await stat(cluster.logFile).then(
    (file) => file.size,
    () => 0,
  );
  return open(cluster.logFile, size > LOG_LIMIT_BYTES ? 'w' : 'a', 0o600);
}

/** The end of the server's log from `offset` (bytes), for people. */
async function logTail(cluster: Cluster, offset: number): Promise<string> {
  const log = await readFile(cluster.logFile);
  return log
    .subarray(Math.max(offset, log.length - 4_000))
    .toString('utf8')
    .trim();
}

function failure(cluster: Cluster, reason: string, tail: string): Error {
  return new Error(
    `The embedded PostgreSQL ${reason}. Its log is ${cluster.logFile}${tail ? `, and ends:\n${tail}` : '.'}`,
  );
}

async function choosePort(cluster: Cluster, wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return freePort(await lastPort(cluster.pgData));
  if (await isFree(wanted)) return wanted;
  throw failure(cluster, `cannot come back: its port ${wanted} is taken`, '');
}

/** Starts a server and waits until it is ready; undefined when it gave way to another. */
async function start(
  cluster: Cluster,
  request: ServerRequest,
  strangersPid: number | undefined,
): Promise<PostmasterFile | undefined> {
  const port = await choosePort(cluster, request.port);
  const fixed = {
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const settings = Object.entries({ ...cluster.settings, ...fixed });
  const args = [
    '-D',
    cluster.pgData,
    '-p',
    String(port),
    ...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  // PostgreSQL takes the lock file of a process that it is told to be its own grandparent for stale. Removing
  // the file here instead could remove that of a server which starts in this moment.
  const env: Record<string, string> = strangersPid ? { PG_GRANDPARENT_PID: String(strangersPid) } : {};
  const log = await openLog(cluster);
  const { size } = await log.stat();
  const how = { account: cluster.account, cwd: cluster.dataDir, env, output: log.fd };
  const child = launch(cluster.binaries.postgres, args, how);
  child.unref();
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = `ended with ${code ?? signal}`;
  });
  await log.close();

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const file = await readPostmasterFile(cluster.pgData);
    if (file?.ready && file.pid === child.pid) return file;
    if (ended !== undefined) {
      const tail = await logTail(cluster, size);
      if (TRY_AGAIN.test(tail)) return undefined;
      throw failure(cluster, `did not start: ${ended}`, tail);
    }
    if (request.signal.aborted) child.kill('SIGINT');
    await pause(POLL_MS);
  }
  throw failure(cluster, `was not ready within ${START_TIMEOUT_MS / 1000} s`, await logTail(cluster, size));
}

/**
 * The server that runs on the cluster's files: one that is there already, or else a new one. Of several
 * processes that ask at once, one starts it; PostgreSQL's own lock file decides which.
 * Throws with the end of the server's log when it does not start, and when `signal` aborts.
 */
export async function findOrStartServer(cluster: Cluster, request: ServerRequest): Promise<PostmasterFile> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    request.signal.throwIfAborted();
    const file = await readPostmasterFile(cluster.pgData);
    const alive = file !== undefined && isAlive(file.pid);
    if (alive && file.ready && (await canJoin(cluster, file.port))) return file;
    if (!alive || !(await servesFiles(file.pid, cluster.pgData))) {
      const started = await start(cluster, request, alive ? file.pid : undefined);
      if (started) return started;
    }
    await pause(POLL_MS);
  }
  const reason = `on ${cluster.pgData} could not be reached within ${START_TIMEOUT_MS / 1000} s`;
  throw failure(cluster, reason, await logTail(cluster, 0).catch(() => ''));
}

/** Stops the server `pid`, cutting its connections, and waits for its end. Throws where it does not end. */
export async function stopServer(cluster: Cluster, pid: number): Promise<void> {
  const args = ['stop', '-D', cluster.pgData, '-m', 'fast', '-W', '-s'];
  await run(cluster.binaries.pgCtl, args, { account: cluster.account, cwd: cluster.dataDir });
  // Told to wait, pg_ctl would wait for the next server too, if one starts at once.
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while ((await readPostmasterFile(cluster.pgData))?.pid === pid) {
    if (Date.now() > deadline) {
      throw failure(cluster, `did not stop within ${STOP_TIMEOUT_MS / 1000} s`, await logTail(cluster, 0));
    }
    await pause(POLL_MS);
  }
}
