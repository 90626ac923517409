/** A worker whose jobs wait: `scale-worker.ts <url>`. */
import { createDatabase } from '../../dist/platform/database/database.js';
import { createLogger } from '../../dist/platform/logger.js';
import { createPostgresSignals } from '../../dist/platform/signals/postgres-signals.js';
import { createQueueWorker } from '../../dist/queue/worker.js';
import { schemas } from './lectern.js';

const [url = ''] = process.argv.slice(2);
const logger = createLogger({ level: 'warn', pretty: false });
const database = createDatabase({ url, logger });
const signals = createPostgresSignals({ directUrl: url, database, logger });
await signals.start();
createQueueWorker({
  ...{ database, signals, logger, schemas },
  handlers: async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { kind: 'completed' };
  },
}).start();
await database.sql('SELECT 1');
process.stdout.write('ready\n');
