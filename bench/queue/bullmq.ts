import { createPostgresBackend, Queue, Worker } from 'bullmq';
import { type Contender, concurrency, poolSize } from './contender.js';

export const bullmq: Contender = {
  async open(url) {
    const options = { connection: { connectionString: url, max: poolSize, migrate: true } };
    const jobOptions = { attempts: 4, backoff: { type: 'exponential', delay: 10_000 } };
    const queue = new Queue('bench', { ...options, defaultJobOptions: jobOptions }, createPostgresBackend);
    await queue.waitUntilReady();
    return {
      async fill(count) {
        for (let from = 0; from < count; from += 1_000) {
          await queue.addBulk(
            Array.from({ length: Math.min(1_000, count - from) }, (_, i) => ({
              name: 'bench',
              data: { n: from + i },
            })),
          );
        }
      },
      async enqueue(n) {
        await queue.add('bench', { n });
      },
      async work(handle) {
        const worker = new Worker(
          'bench',
          async (job: { data: { n: number } }) => handle(job.data.n),
          { ...options, concurrency },
          createPostgresBackend,
        );
        worker.on('error', (error) => console.error(error));
        await worker.waitUntilReady();
        return () => worker.close();
      },
      unfinished: `SELECT count(*)::int AS n FROM bullmq.job WHERE state NOT IN ('completed', 'failed')`,
      close: () => queue.close(),
    };
  },
};
