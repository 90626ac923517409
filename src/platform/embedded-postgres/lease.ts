import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { type Cluster, ROLE } from './cluster.js';
import { isGone, maintenanceClient } from './connection.js';
import { type PostmasterFile, readPostmasterFile } from './postmaster-file.js';
import { findOrStartServer, type ServerRequest, stopServer } from './server.js';

/** The advisory lock that everyone who uses the server holds, shared. */
const LOCK = "hashtext('lectern'), hashtext('server lease')";

const RETRY_MS = 25;

/** A claim on the running server: while anyone holds one, nobody stops it. */
export interface Lease {
  readonly port: number;
  /** Resolves when the server has gone though the lease was not released. */
  readonly lost: Promise<void>;
  /** Gives the claim up, and stops the server if it was the last one. */
  release(): Promise<void>;
}

async function ensureDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [ROLE]);
  if (rowCount) return;
  await client.query(`CREATE DATABASE ${ROLE}`).catch((error: { code?: string }) => {
    // Someone else who has just started created it in between.
    if (error.code !== '42P04' && error.code !== '23505') throw error;
  });
}

/**
 * Joins those who use the server; false when the server is on its way out. The last one to leave stops it while
 * holding the lock alone. Whoever waits for the lock then is cut off, or is granted it by a server that marked
 * its file as stopping before it let go of the lock: so the file is read after the grant.
 */
async function join(cluster: Cluster, server: PostmasterFile, client: Client): Promise<boolean> {
  try {
    await client.connect();
    await client.query(`SELECT pg_advisory_lock_shared(${LOCK})`);
    await ensureDatabase(client);
    const now = await readPostmasterFile(cluster.pgData);
    return now?.pid === server.pid && now.ready;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function leave(cluster: Cluster, server: PostmasterFile, client: Client): Promise<void> {
  try {
    await client.query(`SELECT pg_advisory_unlock_shared(${LOCK})`);
    const { rows } = await client.query<{ last: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS last`);
    if (rows[0]?.last) await stopServer(cluster, server.pid);
  } catch (error) {
    // A server that is gone needs no stopping.
    if (!isGone(error)) throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Takes a lease on the server of the cluster, which is started where none runs.
 * Throws where it does not start, or runs on another port than the one asked for.
 */
export async function takeLease(cluster: Cluster, request: ServerRequest): Promise<Lease> {
  for (;;) {
    const server = await findOrStartServer(cluster, request);
    if (request.port !== undefined && server.port !== request.port) {
      throw new Error(
        `The embedded PostgreSQL moved from port ${request.port} to ${server.port}; start again.`,
      );
    }
    const client = maintenanceClient(cluster, server.port);
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    if (await join(cluster, server, client)) {
      return { port: server.port, lost, release: () => leave(cluster, server, client) };
    }
    await client.end().catch(() => {});
    await pause(RETRY_MS);
  }
}
