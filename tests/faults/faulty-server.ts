import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cluster, openCluster, ROLE } from '../../src/platform/embedded-postgres/cluster.js';
import { findOrStartServer, stopServer } from '../../src/platform/embedded-postgres/server.js';
import { createLogger } from '../../src/platform/logger.js';
import { applyMigrations } from '../../src/platform/migrations/index.js';
import { type Link, openLink } from '../testkit/link.js';
import { execute, withDatabase } from '../testkit/test-database.js';

/** A PostgreSQL that fails when it is told to. */
export interface FaultyServer {
  /** As the system under test reaches it, through `link`. */
  readonly url: string;
  /** For those who look on: never in the way of a fault of the link. */
  readonly direct: string;
  readonly link: Link;
  /** Ends it: connections break, and new ones are refused. */
  stop(): Promise<void>;
  /** It keeps its connections and takes new ones, and says nothing. */
  freeze(): Promise<void>;
  /** It is there again. */
  back(): Promise<void>;
  dispose(): Promise<void>;
}

async function linked(direct: string): Promise<{ link: Link; url: string }> {
  const url = new URL(direct);
  const link = await openLink(Number(url.port));
  url.port = String(link.port);
  url.hostname = '127.0.0.1';
  return { link, url: url.href };
}

/** The server of a data folder as a process of its own that can be ended, frozen and started again on its port. */
export interface OwnServer {
  readonly cluster: Cluster;
  readonly direct: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): void;
}

/** Opens a data folder and starts its server, with the migrated database of the application. */
export async function openOwnServer(
  dataDir: string,
  settings: Readonly<Record<string, string>> = { fsync: 'off' },
): Promise<OwnServer> {
  const logger = createLogger({ level: 'silent', pretty: false });
  const cluster = await openCluster(dataDir, settings, logger);
  const { signal } = new AbortController();
  let server = await findOrStartServer(cluster, { signal });
  const { port } = server;
  const stopped: number[] = [];
  const postgres = `postgres://${ROLE}:${cluster.password}@127.0.0.1:${port}/postgres`;
  const direct = withDatabase(postgres, ROLE);
  const [found] = await execute(postgres, 'SELECT FROM pg_database WHERE datname = $1', [ROLE]);
  if (!found) await execute(postgres, `CREATE DATABASE ${ROLE}`);
  const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
  await applyMigrations({ databaseUrl: direct, migrationsDir, logger });
  return {
    cluster,
    direct,
    async start() {
      server = await findOrStartServer(cluster, { port, signal });
    },
    stop: () => stopServer(cluster, server.pid),
    async freeze() {
      // The parent first: it makes no more children then.
      process.kill(server.pid, 'SIGSTOP');
      const children = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8');
      stopped.push(...children.split(' ').filter(Boolean).map(Number), server.pid);
      for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    },
    thaw() {
      for (const pid of stopped.splice(0)) process.kill(pid, 'SIGCONT');
    },
  };
}

/** A server of its own: really ended and started again, really frozen. */
export async function openRealServer(
  dataDir: string,
  settings?: Readonly<Record<string, string>>,
): Promise<FaultyServer & { readonly own: OwnServer }> {
  const own = await openOwnServer(join(dataDir, 'own'), settings);
  const { link, url } = await linked(own.direct);
  return {
    ...{ own, url, link, direct: own.direct },
    async stop() {
      await own.stop();
      // With the way still open a connection would be taken and then broken, which nobody does who is not there.
      await link.cut();
    },
    freeze: own.freeze,
    async back() {
      own.thaw();
      await link.mend();
      await own.start();
    },
    async dispose() {
      own.thaw();
      await link.stop();
      await own.stop().catch(() => {});
    },
  };
}
