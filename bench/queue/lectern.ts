import { z } from 'zod';
import { createDatabase } from '../../dist/platform/database/database.js';
import { createLogger } from '../../dist/platform/logger.js';
import { applyMigrations } from '../../dist/platform/migrations/index.js';
import { createPostgresSignals } from '../../dist/platform/signals/postgres-signals.js';
import { createNotificationQueue } from '../../dist/queue/queue.js';
import { createQueueWorker } from '../../dist/queue/worker.js';
import { batchSize, type Contender, concurrency, poolSize } from './contender.js';

const organizationId = '01900000-0000-7000-8000-000000000001';
export const schemas = { bench: z.object({ n: z.int() }) };

export const lectern: Contender = {
  async open(url) {
    const logger = createLogger({ level: 'warn', pretty: false });
    const migrationsDir = new URL('../../prisma/migrations', import.meta.url).pathname;
    await applyMigrations({ databaseUrl: url, migrationsDir, logger });
    const database = createDatabase({ url, logger, poolSize });
    const signals = createPostgresSignals({ directUrl: url, database, logger });
    await signals.start();
    const queue = createNotificationQueue({ database, signals, schemas });
    const item = (n: number) => ({ eventType: 'bench' as const, organizationId, payload: { n } });
    return {
      async fill(count) {
        await queue.enqueueBatch(Array.from({ length: count }, (_, n) => item(n)));
      },
      async enqueue(n) {
        await queue.enqueue(item(n));
      },
      async work(handle) {
        const worker = createQueueWorker({
          ...{ database, signals, logger, schemas, concurrency, batchSize },
          handlers: ({ payload }) => {
            handle(payload.n);
            return { kind: 'completed' };
          },
        });
        worker.start();
        return () => worker.stop();
      },
      unfinished: `SELECT count(*)::int AS n FROM notification_queue_item WHERE finished_at IS NULL`,
      async close() {
        await signals.stop();
        await database.stop();
      },
    };
  },
};
