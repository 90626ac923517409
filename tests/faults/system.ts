import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/platform/clock.js';
import { createDatabase, type Database } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import { run, type SystemProcess, urlIn } from '../processes/process-fixture.js';
import { createSeed, type Seed } from '../testkit/seed.js';
import { execute } from '../testkit/test-database.js';
import type { FaultyServer } from './faulty-server.js';

/** An API process. */
export interface ApiProcess extends SystemProcess {
  readonly origin: string;
  readonly url: string;
  readonly port: number;
}

/** What a process is started with, beside where its database is. */
export interface StartOptions {
  /** What node itself is given. */
  readonly node?: readonly string[];
  readonly env?: Record<string, string>;
}

/** The system in processes of its own, over a database that fails when it is told to. */
export interface FaultSystem<Server extends FaultyServer = FaultyServer> {
  readonly server: Server;
  readonly dataDir: string;
  /** Looks on and makes what a scenario needs; no fault is in its way. */
  readonly database: Database;
  readonly seed: Seed;
  startApi(options?: StartOptions): Promise<ApiProcess>;
  startWorker(options?: StartOptions): SystemProcess;
  /** A number that a statement gives, such as a count. */
  count(sql: string, ...values: unknown[]): Promise<number>;
  /** The last words of every process, for whoever looks for the cause of something. */
  lastWords(): string;
  /** Ends every process that was started. */
  close(): Promise<void>;
}

const secret = 'a secret for tests, long enough for HS256';

/** Everybody comes from one address here. */
const common = {
  JWT_SECRET: secret,
  AUTO_MIGRATE: 'false',
  DEMO_DATA: 'false',
  LOG_LEVEL: 'warn',
  RATE_LIMITS: 'false',
  PASSWORD_NICENESS: '0',
  WS_SOCKETS_PER_USER: '0',
  WS_SOCKETS_PER_ADDRESS: '0',
};

/** @param open gives the server that is to fail, which may use the folder. */
export async function openSystem<Server extends FaultyServer = FaultyServer>(
  open: (dataDir: string) => Promise<Server>,
): Promise<FaultSystem<Server>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lectern-faults-'));
  const server = await open(dataDir);
  const logger = createLogger({ level: 'silent', pretty: false });
  const database = createDatabase({ url: server.direct, logger, poolSize: 4, waitMs: 15_000 });
  const processes: SystemProcess[] = [];
  const start = (entry: 'main' | 'notif-worker', args: string[], options: StartOptions) => {
    const env = { ...common, DATABASE_URL: server.url, LECTERN_DATA_DIR: dataDir, ...options.env };
    const started = run(entry, args, env, options.node);
    processes.push(started);
    return started;
  };
  return {
    ...{ server, dataDir, database },
    seed: createSeed(database, secret, systemClock),
    async startApi(options = {}) {
      const api = start('main', ['--no-worker'], { ...options, env: { PORT: '0', ...options.env } });
      const url = urlIn(await api.printed(/GraphQL\s+http\S+/));
      const { origin, port } = new URL(url);
      return { ...api, url, origin, port: Number(port) };
    },
    startWorker: (options = {}) => start('notif-worker', ['--interval', '1'], options),
    async count(sql, ...values) {
      const [row] = await execute<Record<string, unknown>>(server.direct, sql, values);
      return Number(Object.values(row ?? {})[0] ?? 0);
    },
    lastWords: () =>
      processes.map(({ child, output }) => `${child.pid}: ${output().slice(-3_000)}`).join('\n'),
    async close() {
      for (const { child } of processes) child.kill('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
      // A scenario that failed may have left anything.
      await server.back().catch(() => {});
      await database.stop();
      await server.dispose();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
