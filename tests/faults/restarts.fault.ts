import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { createLogger } from '../../src/platform/logger.js';
import { applyMigrations } from '../../src/platform/migrations/index.js';
import { eventually } from '../testkit/eventually.js';
import { nothingWrong, openFaultQueue } from './fault-queue.js';

const restarts = 10;

it('goes on by itself over ten restarts of PostgreSQL under load, half of them as after a power cut', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lectern-restarts-'));
  const logger = createLogger({ level: 'silent', pretty: false });
  const postgres = await startEmbeddedPostgres({ dataDir, logger });
  const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
  await applyMigrations({ databaseUrl: postgres.url, migrationsDir, logger });
  const queue = await openFaultQueue(postgres.url, 6_000);
  const postmaster = async () => {
    const file = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    return Number(file.split('\n')[0]);
  };
  try {
    let handled = 0;
    const workers = [1, 2].map(() => queue.startWorker(() => handled++));
    for (let n = 0; n < restarts; n++) {
      const before = handled;
      // Work goes on before the next restart.
      await eventually(
        () => handled,
        (count) => count > before + 150,
        60_000,
      );
      const pid = await postmaster();
      process.kill(pid, n % 2 ? 'SIGQUIT' : 'SIGINT');
      await eventually(
        () => postmaster().catch(() => pid),
        (now) => now !== pid,
        60_000,
      );
      await eventually(
        () =>
          queue.witness().then(
            () => true,
            () => false,
          ),
        (answers) => answers,
        60_000,
      );
    }
    await queue.drained();
    expect(workers.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null]);
    // A handler that was at work when the server went may deliver again without having lost its lease.
    const { repeatedWithoutFault, repeats, ...rest } = await queue.verdict();
    console.info(
      `${restarts} restarts: ${repeats} deliveries were repeated (${repeatedWithoutFault.length} deferred)`,
    );
    const { repeatedWithoutFault: _, ...right } = nothingWrong;
    expect(rest).toEqual(right);
  } finally {
    await queue.close();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
