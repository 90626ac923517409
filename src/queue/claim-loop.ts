import type { Queryable } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import { asError } from '../shared/errors.js';
import type { Lease } from './item.js';
import type { Processing } from './processing.js';
import { claimAlone, claimDue, claimInTurn } from './sql/claim.js';
import { lookAheadFor } from './sql/look-ahead.js';
import { createWakeUp } from './wake-up.js';

/** Claims items for as long as there are any, and sleeps until there are more. */
export interface ClaimLoop {
  /** Runs until `stop`; in a drain until nothing is due. Only a drain rejects, when the database fails. */
  run(mode: 'forever' | 'drain'): Promise<void>;
  /** Something may be due now. */
  wake(): void;
  /** An item is due that may be processed only alone. */
  suspect(): void;
  /** There may be room for more. */
  progress(): void;
  stop(): void;
}

export interface ClaimLoopOptions {
  readonly database: Queryable;
  readonly logger: Logger;
  readonly processing: Pick<Processing, 'accept' | 'hasRoom' | 'isIdle' | 'idle'>;
  readonly batchSize: number;
  /** Looks for work at least so often, whatever the signals say. */
  readonly intervalSeconds: number;
  readonly leaseSeconds: number;
}

/** What is due and could not be claimed is locked by someone at this moment. */
const minSleepSeconds = 0.02;
const backoffMilliseconds = [100, 300, 1_000, 2_000];

/** Creates the claiming side of one worker. */
export function createClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const { database, logger, processing, batchSize, intervalSeconds, leaseSeconds } = options;
  const alarm = createWakeUp();
  let stopped = false;
  let draining = false;
  /** Whether a claim may find something. */
  let more = true;
  let suspectDue = false;
  /** Whether the last claim left something over, so that schools have to take turns. */
  let backlog = false;
  let lastSchool: string | null = null;
  let lookAgainAt = 0;

  /** One claim, or one sleep. True when a drain has come to its end. */
  async function step(): Promise<boolean> {
    if (suspectDue && processing.isIdle()) await processAlone();
    else if (!suspectDue && more && processing.hasRoom()) return claimBatch();
    else await sleep();
    return false;
  }

  /** What may kill this worker takes nothing else with it. */
  async function processAlone(): Promise<void> {
    suspectDue = false;
    more = true;
    processing.accept(await claimAlone(database, leaseSeconds));
    await processing.idle();
  }

  async function claimBatch(): Promise<boolean> {
    // Before the query: a signal that comes during it is about what it may not have seen.
    more = false;
    const wasIdle = processing.isIdle();
    const leases = await claim();
    processing.accept(leases);
    backlog = leases.length === batchSize;
    if (backlog) {
      more = true;
      return false;
    }
    const ahead = await lookAheadFor(database, intervalSeconds);
    suspectDue ||= ahead.suspectDue;
    const seconds = Math.max(ahead.nextSeconds ?? intervalSeconds, minSleepSeconds);
    lookAgainAt = performance.now() + seconds * 1_000;
    return draining && wasIdle && leases.length === 0 && !suspectDue;
  }

  async function claim(): Promise<Lease[]> {
    if (!backlog) return claimDue(database, batchSize, leaseSeconds);
    const turn = await claimInTurn(database, batchSize, leaseSeconds, lastSchool);
    lastSchool = turn.lastSchool;
    return turn.leases;
  }

  async function sleep(): Promise<void> {
    if (!(await alarm.sleep(lookAgainAt - performance.now()))) {
      more = true;
      lookAgainAt = performance.now() + intervalSeconds * 1_000;
    }
    // A handler may have enqueued what its item expands to.
    if (draining && processing.isIdle()) more = true;
  }

  return {
    async run(mode) {
      draining = mode === 'drain';
      for (let failures = 0; !stopped; ) {
        try {
          if (await step()) return;
          failures = 0;
        } catch (error) {
          if (draining) throw error;
          if (failures === 0) logger.warn({ err: asError(error) }, 'the queue cannot be read; trying again');
          more = true;
          await alarm.sleep(backoffMilliseconds[Math.min(failures++, backoffMilliseconds.length - 1)] ?? 0);
        }
      }
    },
    wake() {
      more = true;
      alarm.wake();
    },
    suspect() {
      suspectDue = true;
      alarm.wake();
    },
    progress() {
      if ((more && processing.hasRoom()) || processing.isIdle()) alarm.wake();
    },
    stop() {
      stopped = true;
      alarm.wake();
    },
  };
}
