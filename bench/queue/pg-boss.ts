import { PgBoss } from 'pg-boss';
import { batchSize, type Contender, poolSize } from './contender.js';

const queue = 'bench';
/** Workers in the process, each with its own fetch: what of 1, 2, 4 and 8 drained fastest. */
const localConcurrency = Number(process.env['BENCH_PGBOSS_WORKERS'] ?? 4);

export const pgBoss: Contender = {
  async open(url) {
    const boss = new PgBoss({
      ...{ connectionString: url, max: poolSize, supervise: false, schedule: false },
      useListenNotify: true,
    });
    boss.on('error', (error) => console.error(error));
    await boss.start();
    await boss.createQueue(queue, { retryLimit: 3, notify: true });
    return {
      async fill(count) {
        for (let from = 0; from < count; from += 1_000) {
          const jobs = Array.from({ length: Math.min(1_000, count - from) }, (_, i) => ({
            data: { n: from + i },
          }));
          await boss.insert(queue, jobs);
        }
      },
      async enqueue(n) {
        await boss.send(queue, { n });
      },
      async work(handle) {
        await boss.work<{ n: number }>(
          queue,
          { batchSize, localConcurrency, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
          async (jobs) => {
            for (const { data } of jobs) handle(data.n);
          },
        );
        return async () => {
          await boss.offWork(queue);
        };
      },
      unfinished: `SELECT count(*)::int AS n FROM pgboss.job WHERE name = '${queue}' AND state < 'completed'`,
      close: () => boss.stop({ graceful: false }),
    };
  },
};
