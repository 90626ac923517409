import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Pool } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { createLogger } from '../../src/platform/logger.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const logger = createLogger({ level: 'silent', pretty: false });

let dataDir: string;
let folders: string[];
let servers: EmbeddedPostgres[];
let holders: ChildProcess[];

const pidFile = (folder = dataDir) => join(folder, 'postgres', 'postmaster.pid');
const postmaster = async (folder = dataDir) =>
  Number((await readFile(pidFile(folder), 'utf8')).split('\n')[0]);
const isRunning = (folder = dataDir) => stat(pidFile(folder)).then(Boolean, () => false);

async function start(folder = dataDir, settings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    logger,
    settings: { fsync: 'off', ...settings },
  });
  servers.push(server);
  return server;
}

/** A process that holds the server, in a process group of its own. */
function hold(): {
  readonly process: ChildProcess;
  readonly url: Promise<string>;
  leave(): Promise<unknown>;
} {
  const file = join(root, 'tests/platform/embedded-postgres-holder.ts');
  const { LANG: _, LC_ALL: __, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', file, dataDir], {
    cwd: root,
    env: { ...env, NODE_OPTIONS: '' },
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  holders.push(child);
  const ended = once(child, 'exit');
  const url = once(child.stdout, 'data').then(([line]) => String(line).trim());
  const leave = () => {
    child.stdin.write('leave\n');
    return ended;
  };
  return { process: child, url, leave };
}

async function killGroup(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await ended;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function until<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(20);
    }
  }
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-embedded-'));
  folders.push(folder);
  return folder;
}

beforeEach(async () => {
  [folders, servers, holders] = [[], [], []];
  dataDir = await newFolder();
});

afterEach(async () => {
  for (const child of holders)
    if (child.exitCode === null && child.signalCode === null) await killGroup(child);
  for (const server of servers) await server.stop();
  for (const folder of folders) {
    if (await isRunning(folder)) process.kill(await postmaster(folder), 'SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
});

test('the first start makes the database and the second joins it', async () => {
  const first = await start();
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS value');

  const second = await start();

  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
});

test('the server stays while anyone uses it and stops with the last one', async () => {
  const first = await start();
  const second = await start();

  await first.stop();
  expect(await query(second.url, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
  await second.stop();

  expect(await isRunning()).toBe(false);
});

test('stopping twice is stopping once', async () => {
  const server = await start();
  await Promise.all([server.stop(), server.stop()]);
  expect(await isRunning()).toBe(false);
});

test('processes that start at once on an empty folder share one server', async () => {
  const three = [hold(), hold(), hold()];
  const urls = await Promise.all(three.map((holder) => holder.url));

  expect(new Set(urls).size).toBe(1);
  const log = await readFile(join(dataDir, 'postgres.log'), 'utf8');
  expect(log.match(/ready to accept connections/g)).toHaveLength(1);

  await Promise.all(three.map((holder) => holder.leave()));
  expect(await isRunning()).toBe(false);
  expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
});

test('processes that come and go never leave one without a server', async () => {
  for (let round = 0; round < 6; round++) {
    const leaving = await start();
    const [joining] = await Promise.all([start(), leaving.stop()]);
    expect(await query(joining.url, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
    await joining.stop();
  }
});

test('a server whose users were all killed is adopted by the next start', async () => {
  const holder = hold();
  const url = await holder.url;
  const pid = await postmaster();
  await killGroup(holder.process);

  const next = await start();

  expect(next.url).toBe(url);
  expect(await postmaster()).toBe(pid);
});

test('after everything was killed the next start recovers and finds its data', async () => {
  const holder = hold();
  const url = await holder.url;
  await query(url, 'CREATE TABLE kept AS SELECT 1 AS value');
  const pid = await postmaster();
  await killGroup(holder.process);
  process.kill(pid, 'SIGKILL');

  const next = await start();

  expect(await postmaster()).not.toBe(pid);
  expect(await query(next.url, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
});

test('a stale lock file whose process id belongs to a stranger is no obstacle', async () => {
  const before = await start();
  const lines = (await readFile(pidFile(), 'utf8')).split('\n');
  await before.stop();
  // PostgreSQL heeds processes of its own user only.
  const { uid, gid } = await stat(join(dataDir, 'postgres'));
  const stranger = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
  try {
    await writeFile(pidFile(), [stranger.pid, ...lines.slice(1)].join('\n'), { mode: 0o600 });

    const next = await start();

    expect(await postmaster()).not.toBe(stranger.pid);
    expect(await query(next.url, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a copy of the data folder does not adopt the server of the original', async () => {
  const before = await start();
  await query(before.url, 'CREATE TABLE kept AS SELECT 1 AS value');
  await before.stop();
  const copy = await newFolder();
  await cp(dataDir, copy, { recursive: true, preserveTimestamps: true });
  const { uid, gid } = await stat(join(dataDir, 'postgres'));
  if (process.getuid?.() === 0) {
    const owned = spawn('chown', ['-R', `${uid}:${gid}`, join(copy, 'postgres')]);
    await once(owned, 'exit');
  }
  const original = await start();
  await cp(pidFile(), pidFile(copy));

  const other = await start(copy);

  expect(other.port).not.toBe(original.port);
  expect(await query(other.url, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
});

test('a server that is killed under its users comes back on the same port', async () => {
  const server = await start();
  const holder = hold();
  await holder.url;
  const pool = new Pool({ connectionString: server.url });
  pool.on('error', () => {});
  await pool.query('CREATE TABLE kept AS SELECT 1 AS value');
  const pid = await postmaster();

  process.kill(pid, 'SIGKILL');

  const rows = await until(async () => {
    const kept = await pool.query('SELECT value FROM kept');
    expect(await postmaster()).not.toBe(pid);
    return kept.rows;
  });
  expect(rows).toEqual([{ value: 1 }]);
  await pool.end();
  await server.stop();
  await until(() => query(server.url, 'SELECT 1'));
  await holder.leave();
  expect(await isRunning()).toBe(false);
});

test('the next server takes the port of the one before', async () => {
  const before = await start();
  await before.stop();
  expect((await start()).port).toBe(before.port);
});

test('letters beyond Latin are letters, whatever the locale of the process', async () => {
  const holder = hold();
  const url = await holder.url;
  await query(url, 'CREATE EXTENSION pg_trgm');

  const [row] = await query(
    url,
    `SELECT lower('ПРИВІТ') AS lower, char_length('привіт') AS length,
       to_tsvector('simple', '«Привіт», світ!')::text AS words, similarity('привіт', 'привит') > 0.3 AS similar`,
  );

  expect(row).toEqual({ lower: 'привіт', length: 6, words: "'привіт':1 'світ':2", similar: true });
});

test('only the loopback address and the right password are served', async () => {
  const server = await start();
  const [row] = await query(
    server.url,
    `SELECT current_setting('listen_addresses') AS addresses,
    current_setting('unix_socket_directories') AS sockets`,
  );
  expect(row).toEqual({ addresses: '127.0.0.1', sockets: '' });
  await expect(query(server.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password/);
  expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
});

test('a start that fails says why and where the log is', async () => {
  await expect(start(dataDir, { shared_buffers: 'plenty' })).rejects.toThrow(
    /did not start[\s\S]*postgres\.log[\s\S]*invalid value for parameter "shared_buffers"/,
  );
});

test('a lost password is named as the reason', async () => {
  await start();
  await writeFile(join(dataDir, 'postgres.password'), 'another');
  await expect(start()).rejects.toThrow(/refuses the password in .*postgres\.password/);
});
