import { join } from 'node:path';
import { notificationSchemas } from '../modules/notifications/event-types/registry.js';
import { createNotificationHandlers } from '../modules/notifications/handlers.js';
import { createMailer } from '../platform/mail/create-mailer.js';
import { createNotificationQueue } from '../queue/queue.js';
import { createQueueWorker, type DrainResult } from '../queue/worker.js';
import { asError } from '../shared/errors.js';
import type { Foundation } from './foundation.js';

/** How a worker works; the defaults are the queue's. */
export interface WorkerOptions {
  readonly batchSize?: number;
  readonly intervalSeconds?: number;
  readonly concurrency?: number;
  readonly drainTimeoutSeconds?: number;
}

/** The worker: delivers notifications and removes what is kept for a time only. */
export interface Worker {
  start(): void;
  /** Delivers what is due and no more; use it instead of `start`. */
  drain(): Promise<DrainResult>;
  /** Finishes or hands back what runs. */
  stop(): Promise<void>;
}

const retentionMilliseconds = 10 * 60_000;

/** Creates the worker on its foundation, which the caller closes afterwards. */
export function createWorker(foundation: Foundation, options: WorkerOptions = {}): Worker {
  const { config, database, signals, channels, clock } = foundation;
  const logger = foundation.logger.child({ part: 'worker' });
  const queue = createNotificationQueue({ database, signals, schemas: notificationSchemas });
  const mailer = createMailer({
    smtpUrl: config.smtpUrl,
    from: config.mailFrom,
    directory: join(config.dataDir, 'mail'),
    clock,
    logger,
  });
  const handlers = createNotificationHandlers({ database, channels, queue, mailer });
  const worker = createQueueWorker({
    database,
    signals,
    logger,
    schemas: notificationSchemas,
    handlers,
    ...options,
  });

  let removing: Promise<void> = Promise.resolve();
  const removeExpired = () => {
    removing = channels.removeExpired().then(
      (events) => {
        if (events > 0) logger.info({ events }, 'channel events past their retention were removed');
      },
      (error) => logger.warn({ err: asError(error) }, 'expired channel events could not be removed'),
    );
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      worker.start();
      removeExpired();
      timer = setInterval(removeExpired, retentionMilliseconds);
    },
    drain: () => worker.drain(),
    async stop() {
      clearInterval(timer);
      await worker.stop();
      await removing;
      await mailer.stop();
    },
  };
}
