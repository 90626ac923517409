import type { Queryable } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import { asError } from '../shared/errors.js';
import { type QueueTiming, queuePolicy } from './policy.js';
import type { Processing } from './processing.js';
import { cleanUpBatch } from './sql/clean-up.js';
import { extendLeases } from './sql/extend.js';
import { lookAheadFor } from './sql/look-ahead.js';
import { rescueExpired } from './sql/rescue.js';

/** What a worker does beside its items: heartbeat, rescue of others' lost leases, clean-up. */
export interface Housekeeping {
  /** Does one round now and then one every heartbeat. Rejects when the first round fails. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface HousekeepingOptions {
  readonly database: Queryable;
  readonly logger: Logger;
  readonly timing: QueueTiming;
  readonly processing: Pick<Processing, 'leases' | 'lose'>;
  /** Called when items are pending again. */
  readonly onRescued: () => void;
  /** Called when an item is due that may be processed only alone. */
  readonly onSuspectDue: () => void;
}

/** Creates the rounds of one worker. */
export function createHousekeeping(options: HousekeepingOptions): Housekeeping {
  const { database, logger, timing, processing } = options;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let stopped = false;
  let failing = false;
  let cleanUpAt = 0;

  async function once(): Promise<void> {
    // Before the rescue: after a pause of the process or the database, our own leases may be what has expired.
    const leases = processing.leases();
    if (leases.length > 0) processing.lose(await extendLeases(database, leases, timing.leaseSeconds));
    await rescue();
    if ((await lookAheadFor(database, 0)).suspectDue) options.onSuspectDue();
    if (performance.now() >= cleanUpAt) await cleanUp();
  }

  async function rescue(): Promise<void> {
    const { pending, failed } = await rescueExpired(database);
    if (pending + failed > 0) logger.warn({ pending, failed }, 'lost leases were rescued');
    if (pending > 0) options.onRescued();
    if (pending + failed === queuePolicy.sweepBatch) await rescue();
  }

  async function cleanUp(): Promise<void> {
    cleanUpAt = performance.now() + timing.cleanUpSeconds * 1_000;
    const deleted = await cleanUpBatch(database);
    // The rest goes with the next rounds, in between heartbeats.
    if (deleted === queuePolicy.sweepBatch) cleanUpAt = 0;
  }

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      round = once()
        .then(
          () => {
            failing = false;
          },
          (error: unknown) => {
            if (!failing)
              logger.warn({ err: asError(error) }, 'the housekeeping of the queue failed; trying again');
            failing = true;
          },
        )
        .finally(schedule);
    }, timing.heartbeatSeconds * 1_000);
  }

  return {
    async start() {
      round = once();
      try {
        await round;
      } finally {
        schedule();
      }
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round.catch(() => {});
    },
  };
}
