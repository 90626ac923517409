import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';
import { batchSize, type Contender, concurrency, poolSize } from './contender.js';

const logger = new Logger(() => () => {});

/** With the batching that its documentation names: a local queue, and completions that are put together. */
const batched = {
  localQueue: { size: batchSize },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};

export const graphileWorker: Contender = {
  async open(url) {
    const pool = new pg.Pool({ connectionString: url, max: poolSize });
    const utils = await makeWorkerUtils({ pgPool: pool, logger });
    await utils.migrate();
    return {
      async fill(count) {
        await utils.addJobs(
          Array.from({ length: count }, (_, n) => ({ identifier: 'bench', payload: { n }, maxAttempts: 4 })),
        );
      },
      async enqueue(n) {
        await utils.addJob('bench', { n }, { maxAttempts: 4 });
      },
      async work(handle) {
        const runner = await run({
          pgPool: pool,
          logger,
          noHandleSignals: true,
          parsedCronItems: [],
          preset: { worker: { concurrentJobs: concurrency, ...batched } },
          taskList: { bench: (payload) => handle((payload as { n: number }).n) },
        });
        return () => runner.stop();
      },
      unfinished: `SELECT count(*)::int AS n FROM graphile_worker.jobs`,
      async close() {
        await utils.release();
        await pool.end();
      },
    };
  },
};
