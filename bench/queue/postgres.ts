import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { createLogger } from '../../src/platform/logger.js';

/** An embedded PostgreSQL for measurements, with its default settings: fsync and synchronous_commit are on. */
export interface BenchPostgres {
  /** Gives the URL of a new, empty database. */
  database(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** Settings that matter, as the server says them. */
  settings(): Promise<Record<string, string>>;
  /** Where it writes what it is told to log. */
  readonly logFile: string;
  /** Of the server itself, whose children the connections are. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts one in a folder beside this file, so that it lies on a real disk. */
export async function startBenchPostgres(
  given: Readonly<Record<string, string>> = {},
): Promise<BenchPostgres> {
  const dataDir = await mkdtemp(join(import.meta.dirname, '..', '.data-'));
  const logger = createLogger({ level: 'warn', pretty: false });
  const server = await startEmbeddedPostgres({ dataDir, logger, settings: given });
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
  );
  return {
    logFile: join(dataDir, 'postgres.log'),
    pid: rows[0]?.pid ?? 0,
    async database(name) {
      await admin.query(`CREATE DATABASE ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async drop(name) {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
    async settings() {
      const { rows } = await admin.query<{ name: string; setting: string }>(
        `SELECT name, setting FROM pg_settings WHERE name IN ('server_version', 'fsync', 'synchronous_commit',
           'full_page_writes', 'shared_buffers', 'wal_sync_method', 'max_connections')`,
      );
      return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    },
    async stop() {
      await admin.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
