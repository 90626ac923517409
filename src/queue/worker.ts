import type { Database } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import type { Signals } from '../platform/signals/postgres-signals.js';
import { readCause } from '../platform/tracing/cause.js';
import { asError } from '../shared/errors.js';
import { type BatchReport, createBatchTally } from './batches.js';
import { createClaimLoop } from './claim-loop.js';
import type { AroundHandler } from './execute.js';
import type { HandlerMap, QueueHandler } from './handler.js';
import type { HeldLease } from './held-lease.js';
import { createHousekeeping } from './housekeeping.js';
import type { PayloadSchemas, QueueItem, QueueItemOf } from './item.js';
import type { ObservedOutcome } from './outcome.js';
import { defaultTiming, type QueueTiming } from './policy.js';
import { createProcessing } from './processing.js';
import { queueTopic } from './queue.js';

/** What a drain did, in attempts: an item that failed and is tried again later counts as failed. */
export interface DrainResult {
  readonly completed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Claims items and runs their handlers. It is used once: either `start` and `stop`, or `drain`. */
export interface QueueWorker {
  /** Works until `stop`. Resolves at once; an outage of the database is logged and survived. */
  start(): void;
  /** Claims no more, lets handlers run up to the drain timeout, hands back the rest, and resolves. */
  stop(): Promise<void>;
  /** Works until nothing is due, or `stop`. Rejects when the database fails. */
  drain(): Promise<DrainResult>;
}

export interface QueueWorkerOptions<Schemas extends PayloadSchemas> {
  readonly database: Database;
  readonly signals: Pick<Signals, 'send' | 'listen' | 'onReconnect'>;
  readonly logger: Logger;
  readonly schemas: Schemas;
  /** One function for all items, or handlers by event type and channel. */
  readonly handlers: QueueHandler<QueueItemOf<Schemas>> | HandlerMap<Schemas>;
  /** Items claimed at once. */
  readonly batchSize?: number;
  /** Looks for work at least so often, should a signal be lost. */
  readonly intervalSeconds?: number;
  /** Handlers at the same time; each may need a connection of the pool, and the worker two. */
  readonly concurrency?: number;
  /** How long `stop` waits for handlers. */
  readonly drainTimeoutSeconds?: number;
  readonly timing?: Partial<QueueTiming>;
  /** Told of every claim when all of it is settled. */
  readonly onBatch?: (batch: BatchReport) => void;
  /** Around every handler, for metrics and traces. */
  readonly around?: AroundHandler;
  /** Told once of everything that was claimed, for metrics and progress. */
  readonly onOutcome?: (item: QueueItem, outcome: ObservedOutcome) => void;
}

/** Creates a worker; nothing runs before `start` or `drain`. */
export function createQueueWorker<Schemas extends PayloadSchemas>(
  options: QueueWorkerOptions<Schemas>,
): QueueWorker {
  const { database, signals, logger, batchSize = 50, intervalSeconds = 5, concurrency = 8 } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const counts = { completed: 0, failed: 0, skipped: 0, deferred: 0, unknown: 0, lost: 0, handedBack: 0 };
  let running: Promise<void> | null = null;

  const tally = createBatchTally((batch) => options.onBatch?.(batch));

  function onSettled(held: HeldLease, outcome: ObservedOutcome): void {
    const { item } = held;
    counts[outcome.kind] += 1;
    // The loop may be asleep for longer than the new wait of this item; another worker is free to take it now.
    if (outcome.kind === 'failed' || outcome.kind === 'deferred' || outcome.kind === 'unknown') loop.wake();
    if (outcome.kind === 'handedBack') signals.send(queueTopic, 'ready');
    if (outcome.kind === 'failed') {
      const { id, eventType, channel, attempts } = item;
      logger.warn(
        {
          err: outcome.error,
          requestId: readCause(item.cause).requestId ?? id,
          item: { id, eventType, channel, attempts: attempts + 1 },
        },
        'an item failed',
      );
    }
    if (outcome.kind === 'unknown') logger.warn({ item: { id: item.id } }, outcome.error.message);
    try {
      tally.settled(held, outcome);
      options.onOutcome?.(item, outcome);
    } catch (error) {
      logger.error({ err: asError(error) }, 'an observer of the queue failed');
    }
  }

  const processing = createProcessing({
    database,
    logger,
    schemas: options.schemas,
    // A payload has passed the schema of its event type before a handler sees it.
    handlers: options.handlers as QueueHandler | Record<string, QueueHandler | undefined>,
    handlerTimeoutSeconds: timing.handlerTimeoutSeconds,
    around: options.around,
    batchSize,
    concurrency,
    onAccepted: tally.claimed,
    onSettled,
    onProgress: () => loop.progress(),
  });
  const { leaseSeconds } = timing;
  const loop = createClaimLoop({ database, logger, processing, batchSize, intervalSeconds, leaseSeconds });
  const housekeeping = createHousekeeping({
    database,
    logger,
    timing,
    processing,
    onRescued: loop.wake,
    onSuspectDue: loop.suspect,
  });

  function begin(work: () => Promise<void>): Promise<void> {
    if (running) throw new Error('A queue worker is used once.');
    running = work();
    return running;
  }

  return {
    start() {
      void begin(async () => {
        const unlisten = signals.listen(queueTopic, loop.wake, true);
        signals.onReconnect(loop.wake);
        housekeeping.start().catch((error) => logger.warn({ err: asError(error) }, 'housekeeping failed'));
        await loop.run('forever');
        unlisten();
      });
    },
    async stop() {
      loop.stop();
      await Promise.all([processing.stop(options.drainTimeoutSeconds ?? 10), running?.catch(() => {})]);
      await housekeeping.stop();
    },
    async drain() {
      await begin(async () => {
        try {
          await housekeeping.start();
          await loop.run('drain');
          await processing.idle();
        } finally {
          loop.stop();
          await processing.stop(options.drainTimeoutSeconds ?? 10);
          await housekeeping.stop();
        }
      });
      const { completed, failed, skipped } = counts;
      return { completed, failed, skipped };
    },
  };
}
