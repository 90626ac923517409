import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../logger.js';
import { type Cluster, openCluster, ROLE } from './cluster.js';
import { type Lease, takeLease } from './lease.js';
import { LOOPBACK } from './port.js';

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

/** Where the data is and how the server is set up. */
export interface EmbeddedPostgresOptions {
  /** Holds the database files, the server's log and its password; made when missing. */
  readonly dataDir: string;
  readonly logger: Logger;
  /** Settings of the server, such as `{ fsync: 'off' }`; they count for whoever starts it, not for who joins. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL that this process uses, perhaps together with others. */
export interface EmbeddedPostgres {
  /** Connection string of the application's database, as its superuser. */
  readonly url: string;
  readonly port: number;
  /** Leaves the server; the last process to leave stops it. Connections must be closed before. */
  stop(): Promise<void>;
}

/** Holds a lease and, when the server dies under it, brings the server back on the same port. */
function keepServer(cluster: Cluster, first: Lease) {
  const { logger } = cluster;
  const { port } = first;
  const stopping = new AbortController();
  const { signal } = stopping;
  let lease: Lease | undefined = first;

  async function bringBack(): Promise<Lease | undefined> {
    for (
      let backoff = FIRST_BACKOFF_MS;
      !signal.aborted;
      backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MS)
    ) {
      try {
        return await takeLease(cluster, { port, signal });
      } catch (error) {
        if (signal.aborted) break;
        logger.error({ err: error }, 'the embedded database is still away');
        await pause(backoff, undefined, { signal }).catch(() => {});
      }
    }
    return undefined;
  }

  async function watch(): Promise<void> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    while (lease) {
      await Promise.race([lease.lost, aborted]);
      if (signal.aborted) return;
      logger.warn({ port }, 'the embedded database went away; bringing it back');
      lease = await bringBack();
      if (lease) logger.info({ port }, 'the embedded database is back');
    }
  }

  const watching = watch();
  let stopped: Promise<void> | undefined;
  async function release(): Promise<void> {
    stopping.abort();
    await watching;
    await lease?.release();
  }
  return {
    port,
    stop: () => {
      stopped ??= release();
      return stopped;
    },
  };
}

/**
 * Joins the PostgreSQL that runs on `dataDir`, or starts it (and makes its files) where none does. Any number of
 * processes may do so at once and in any order. The server listens on the loopback address only and outlives a
 * process that is killed: the next start finds it again.
 * Throws one error with the end of the server's log when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(options.dataDir, options.settings ?? {}, options.logger);
  const lease = await takeLease(cluster, { signal: new AbortController().signal });
  const { port, stop } = keepServer(cluster, lease);
  options.logger.info({ port, dataDir: cluster.dataDir }, 'the embedded database is ready');
  return { url: `postgresql://${ROLE}:${cluster.password}@${LOOPBACK}:${port}/${ROLE}`, port, stop };
}
