import { realpath } from 'node:fs/promises';
import { Client } from 'pg';
import { type Cluster, ROLE } from './cluster.js';
import { LOOPBACK } from './port.js';

const CONNECT_TIMEOUT_MS = 5_000;
const INVALID_PASSWORD = '28P01';

/** A client for the maintenance database, which tests and tools neither clone nor drop. */
export function maintenanceClient(cluster: Cluster, port: number): Client {
  const client = new Client({
    host: LOOPBACK,
    port,
    user: ROLE,
    password: cluster.password,
    database: 'postgres',
    application_name: 'lectern lease',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ssl: false,
  });
  // A server that dies shows in the query that runs, or as `end`; without a listener it would end the process.
  client.on('error', () => {});
  return client;
}

/** Whether the error means that there is no server to talk to (yet, or any more). */
export function isGone(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  // 57P: cut off, shutting down, starting up; E…: the socket's own errors. The client's have no code.
  if (typeof code === 'string') return /^(57P|08|E[A-Z]{3})/.test(code);
  return /Connection terminated|timeout expired|not queryable/.test(String(message));
}

/**
 * Whether our own server answers at this port: it knows our password and runs on our files, not on a copy.
 * Throws where the server refuses our password, since that does not mend itself.
 */
export async function canJoin(cluster: Cluster, port: number): Promise<boolean> {
  const client = maintenanceClient(cluster, port);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return (await realpath(rows[0]?.data_directory ?? '').catch(() => '')) === cluster.pgData;
  } catch (error) {
    if (isGone(error)) return false;
    if ((error as { code?: unknown }).code !== INVALID_PASSWORD) throw error;
    const message = `The server on ${cluster.pgData} refuses the password in ${cluster.dataDir}/postgres.password.`;
    throw new Error(message, { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}
