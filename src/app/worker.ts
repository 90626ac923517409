import { join } from 'node:path';
import { createOneTimeLinks } from '../modules/accounts/one-time-links.js';
import { createLetterHandlers } from '../modules/accounts/send-letters.js';
import { boardFrozenBy } from '../modules/boards/freeze.js';
import { createRecorder } from '../modules/lessons/recorder.js';
import { createSweep } from '../modules/lessons/sweep.js';
import { createCalendarAttachments } from '../modules/notifications/calendar-attachments.js';
import { createEmailAdapter } from '../modules/notifications/delivery/email.js';
import { createUnsubscribeLinks } from '../modules/notifications/delivery/unsubscribe-links.js';
import { notificationSchemas } from '../modules/notifications/event-types/registry.js';
import { createNotificationHandlers } from '../modules/notifications/handlers.js';
import { mailTextOf } from '../modules/notifications/mail-text.js';
import { createWebPushAdapter } from '../modules/notifications/push/adapter.js';
import { createWebhookAdapter } from '../modules/notifications/webhooks/adapter.js';
import { createMailer } from '../platform/mail/create-mailer.js';
import type { BatchReport } from '../queue/batches.js';
import { createDeadLetters } from '../queue/dead-letters.js';
import { createNotificationQueue } from '../queue/queue.js';
import { type QueueDepth, readDepth } from '../queue/sql/depth.js';
import { createQueueWorker, type DrainResult } from '../queue/worker.js';
import type { Foundation } from './foundation.js';
import { createMaintenance } from './maintenance.js';
import { observeItems } from './observe-items.js';
import { createServices, secretsOf } from './services.js';
import { createSweeping } from './sweeping.js';

/** How a worker works; the defaults are the queue's. */
export interface WorkerOptions {
  readonly batchSize?: number;
  readonly intervalSeconds?: number;
  readonly concurrency?: number;
  readonly drainTimeoutSeconds?: number;
  /** How often it looks for lessons that are overdue. */
  readonly sweepSeconds?: number;
  /** Told of every claim when all of it is settled. */
  readonly onBatch?: (batch: BatchReport) => void;
}

/** The worker: delivers notifications, ends what is overdue, and removes what is kept for a time only. */
export interface Worker {
  start(): void;
  /** Delivers what is due and no more; use it instead of `start`. */
  drain(): Promise<DrainResult>;
  /** Makes all dead letters of all schools due again and gives how many. */
  retryFailed(): Promise<number>;
  /** What is due. */
  depth(): Promise<QueueDepth>;
  /** Finishes or hands back what runs. */
  stop(): Promise<void>;
}

/** Creates the worker on its foundation, which the caller closes afterwards. */
export function createWorker(foundation: Foundation, options: WorkerOptions = {}): Worker {
  const { config, database, signals, channels, clock, outbound, vapid, metrics, tracing } = foundation;
  const logger = foundation.logger.child({ part: 'worker' });
  const queue = createNotificationQueue({ database, signals, schemas: notificationSchemas });
  const mailer = createMailer({
    smtpUrl: config.smtpUrl,
    from: config.mailFrom,
    directory: join(config.dataDir, 'mail'),
    clock,
    logger,
  });
  const letters = createLetterHandlers({
    database,
    clock,
    queue,
    mailer,
    links: createOneTimeLinks(secretsOf(foundation)),
    appUrl: config.appUrl,
    mailOf: mailTextOf,
  });
  const unsubscribe = createUnsubscribeLinks(foundation.secret, config.publicUrl);
  const notices = createNotificationHandlers({
    ...{ database, channels, queue, clock, logger },
    email: createEmailAdapter({
      ...{ mailer, links: unsubscribe },
      attachmentsOf: createCalendarAttachments(config.mailFrom),
    }),
    onSent: metrics.school.notificationSent,
    adapters: [
      createWebPushAdapter({ database, outbound, vapid, clock }),
      createWebhookAdapter({ database, outbound, clock }),
    ],
  });
  const handlers = { ...notices, ...letters };
  const worker = createQueueWorker({
    database,
    signals,
    logger,
    schemas: notificationSchemas,
    handlers,
    around: observeItems({ metrics: metrics.queue, tracing, clock }),
    onOutcome: metrics.queue.settled,
    ...options,
  });

  const sweep = createSweep({
    database,
    clock,
    record: createRecorder({ channels, queue, alsoTold: boardFrozenBy }),
  });
  const sweeping = createSweeping({ sweep, logger, intervalSeconds: options.sweepSeconds ?? 15 });
  const { privacy } = createServices(foundation);
  const maintenance = createMaintenance({ ...foundation, logger }, privacy);
  return {
    start() {
      worker.start();
      sweeping.start();
      maintenance.start();
    },
    retryFailed: () => createDeadLetters({ database, signals }).retryAll(),
    depth: () => readDepth(database),
    async drain() {
      // First, since it enqueues what it has to tell.
      await sweeping.run();
      return worker.drain();
    },
    async stop() {
      await Promise.all([worker.stop(), sweeping.stop(), maintenance.stop()]);
      await mailer.stop();
    },
  };
}
