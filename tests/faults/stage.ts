import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from './catalogue.js';
import { openRealServer } from './faulty-server.js';
import { mountDisk, unmountDisk } from './rows/resources.js';
import { openSystem } from './system.js';

const settings = {
  fsync: 'off',
  max_connections: '200',
  max_wal_size: '64MB',
  min_wal_size: '32MB',
  // So that reads of history can be counted.
  shared_preload_libraries: 'pg_stat_statements',
};

/** Room for the database, a backup of it, and little more. */
const diskMegabytes = 400;

/** Makes a disk if it may, and starts PostgreSQL on it and an API. */
export async function openStage(): Promise<Stage & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-disk-'));
  const mounted = mountDisk(folder, diskMegabytes);
  const system = await openSystem(() => openRealServer(folder, settings));
  await system.database.sql('CREATE EXTENSION pg_stat_statements');
  const api = await system.startApi();
  return {
    ...{ system, api },
    disk: mounted ? folder : null,
    async close() {
      await system.close();
      if (mounted) unmountDisk(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
