/**
 * A worker in a process of its own, to be killed and frozen: `worker-process.ts <database url> <receiver url>`. It
 * delivers to the receiver, or writes its effect in the transaction that completes the item.
 */
import { createDatabase } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPostgresSignals } from '../../src/platform/signals/postgres-signals.js';
import { createQueueWorker } from '../../src/queue/worker.js';
import { faultSchemas, faultTiming } from './fault-queue.js';

const [databaseUrl = '', receiverUrl = ''] = process.argv.slice(2);
const logger = createLogger({ level: 'warn', pretty: false });
const database = createDatabase({ url: databaseUrl, logger, poolSize: 8 });
const signals = createPostgresSignals({ directUrl: databaseUrl, database, logger });
await signals.start();
const worker = createQueueWorker({
  ...{ database, signals, logger, schemas: faultSchemas, timing: faultTiming },
  batchSize: 10,
  concurrency: 4,
  intervalSeconds: 1,
  handlers: {
    async 'fault.delivered'({ id }) {
      await fetch(`${receiverUrl}/${process.pid}/${id}`, { method: 'POST' });
      return { kind: 'completed' };
    },
    async 'fault.committed'({ id }, context) {
      await fetch(`${receiverUrl}/${process.pid}`, { method: 'POST' });
      await database.transaction(async (tx) => {
        await tx.sql('INSERT INTO effect (id) VALUES ($1::uuid) RETURNING id', id);
        await context.complete(tx);
      });
      return { kind: 'completed' };
    },
  },
});
worker.start();
process.on('SIGTERM', async () => {
  await worker.stop();
  await signals.stop();
  await database.stop();
});
