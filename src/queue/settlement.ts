import type { Queryable } from '../platform/database/database.js';
import { isOutage } from '../platform/database/failures.js';
import type { Logger } from '../platform/logger.js';
import { asError } from '../shared/errors.js';
import type { HeldLease, Settled } from './held-lease.js';
import type { ObservedOutcome, Outcome } from './outcome.js';
import { byKind, writeOutcomes } from './write-outcomes.js';

/** Writes outcomes down: at once when idle, and all that came meanwhile in one statement per kind. */
export interface Settlement {
  /** Takes an outcome over; `onSettled` tells when it is written. */
  settle(held: HeldLease, outcome: Outcome): void;
  /** Stops trying to write what cannot be written now; those leases run out. */
  giveUp(): void;
}

export interface SettlementOptions {
  readonly database: Queryable;
  readonly logger: Logger;
  /** The outcome as it stands in the database; `lost` when it could not be written any more. */
  readonly onSettled: (held: HeldLease, outcome: ObservedOutcome) => void;
}

const retryMilliseconds = [50, 200, 500, 1_000];

/** Creates the writer of outcomes. */
export function createSettlement({ database, logger, onSettled }: SettlementOptions): Settlement {
  let pending: Settled[] = [];
  let writing = false;
  let stopped = false;
  let resume: (() => void) | null = null;

  async function writeAll(): Promise<void> {
    let failures = 0;
    // What settles in the same turn of the event loop goes into the first statement too.
    await new Promise(setImmediate);
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      const unwritten = await write(batch);
      pending.push(...unwritten);
      failures = unwritten.length > 0 ? failures + 1 : 0;
      if (failures > 0) await pause(failures - 1);
    }
    writing = false;
  }

  /** Gives those that have to wait until the database is back. */
  async function write(batch: readonly Settled[]): Promise<Settled[]> {
    return (await Promise.all(byKind(batch).map(writeGroup))).flat();
  }

  async function writeGroup(group: readonly Settled[]): Promise<readonly Settled[]> {
    let stillHeld: Set<string>;
    try {
      stillHeld = await writeOutcomes(database, group);
    } catch (error) {
      if (isOutage(error) && !stopped) return group;
      logger.error({ err: asError(error), items: group.length }, 'outcomes could not be written');
      stillHeld = new Set();
    }
    for (const { held, outcome } of group) {
      onSettled(held, stillHeld.has(held.item.id) ? outcome : { kind: 'lost' });
    }
    return [];
  }

  async function pause(failures: number): Promise<void> {
    if (stopped) return;
    const wait = retryMilliseconds[Math.min(failures, retryMilliseconds.length - 1)];
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      resume = resolve;
      timer = setTimeout(resolve, wait);
    });
    clearTimeout(timer);
  }

  return {
    settle(held, outcome) {
      pending.push({ held, outcome });
      if (writing) return;
      writing = true;
      void writeAll();
    },
    giveUp() {
      stopped = true;
      resume?.();
    },
  };
}
