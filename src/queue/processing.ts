import type { Logger } from '../platform/logger.js';
import { asError } from '../shared/errors.js';
import { type ExecuteOptions, execute } from './execute.js';
import { type HeldLease, holdLease } from './held-lease.js';
import type { Lease } from './item.js';
import type { ObservedOutcome } from './outcome.js';
import { createSettlement } from './settlement.js';
import { handBackItems } from './sql/postpone.js';

/** The items that this worker has claimed: waiting for a handler, in one, or waiting for their outcome's write. */
export interface Processing {
  /** Takes claimed items over; when it stops already, it hands them back. */
  accept(leases: readonly Lease[]): void;
  /** Whether more may be claimed. */
  hasRoom(): boolean;
  /** Everything that is claimed and not settled. */
  leases(): HeldLease[];
  /** Whether nothing is held. */
  isIdle(): boolean;
  /** Drops what waits, and warns the handlers, of items that turned out to be another's. */
  lose(ids: ReadonlySet<string>): void;
  /** Resolves when nothing is held. */
  idle(): Promise<void>;
  /** Hands back what waits, lets handlers run for `drainSeconds` at most, and hands back the rest. */
  stop(drainSeconds: number): Promise<void>;
}

export interface ProcessingOptions extends ExecuteOptions {
  readonly logger: Logger;
  /** Items claimed at once. */
  readonly batchSize: number;
  /** Handlers at the same time. */
  readonly concurrency: number;
  /** Called with everything that is accepted, before anything of it is settled. */
  readonly onAccepted: (leases: readonly Lease[]) => void;
  /** Called once for everything that was accepted, when it is settled. */
  readonly onSettled: (held: HeldLease, outcome: ObservedOutcome) => void;
  /** Called when there may be room again, or nothing is held any more. */
  readonly onProgress: () => void;
}

/** Nothing more is claimed while so many batches of outcomes wait to be written: they would be repeated after a crash. */
const maxUnwrittenBatches = 3;

/** Creates the part of a worker that runs handlers. */
export function createProcessing(options: ProcessingOptions): Processing {
  const { database, logger, concurrency } = options;
  const held = new Set<HeldLease>();
  const idlers: (() => void)[] = [];
  let waiting: HeldLease[] = [];
  let running = 0;
  let stopping = false;
  const maxUnwritten = maxUnwrittenBatches * options.batchSize;

  const settlement = createSettlement({ database, logger, onSettled: release });

  function release(lease: HeldLease, outcome: ObservedOutcome): void {
    // What was handed back or lost is not ours to report a second time.
    if (!held.delete(lease)) return;
    // A handler that has committed its item looks like one that has lost it: the lease is gone in both cases.
    options.onSettled(lease, outcome.kind === 'lost' ? (lease.recorded ?? outcome) : outcome);
    if (held.size === 0) for (const resume of idlers.splice(0)) resume();
    options.onProgress();
  }

  function startNext(): void {
    let answeredAtOnce = false;
    while (running < concurrency) {
      const next = waiting.shift();
      if (!next) break;
      const outcome = execute(next, options);
      if (outcome instanceof Promise) {
        running += 1;
        void finish(next, outcome);
      } else {
        settle(next, outcome);
        answeredAtOnce = true;
      }
    }
    if (answeredAtOnce) options.onProgress();
  }

  async function finish(lease: HeldLease, outcome: Promise<ObservedOutcome>): Promise<void> {
    settle(lease, await outcome);
    running -= 1;
    startNext();
    options.onProgress();
  }

  function settle(lease: HeldLease, outcome: ObservedOutcome): void {
    if (lease.recorded || outcome.kind === 'lost' || outcome.kind === 'handedBack') release(lease, outcome);
    else if (held.has(lease)) settlement.settle(lease, outcome);
  }

  async function handBack(leases: readonly HeldLease[]): Promise<void> {
    if (leases.length === 0) return;
    try {
      await handBackItems(database, leases);
    } catch (error) {
      logger.warn(
        { err: asError(error), items: leases.length },
        'items could not be handed back; their leases run out',
      );
    }
    for (const lease of leases) {
      release(lease, { kind: 'handedBack' });
      lease.abort.abort(new Error('The worker stops.'));
    }
  }

  const idle = () =>
    held.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => idlers.push(resolve));

  return {
    accept(leases) {
      options.onAccepted(leases);
      const taken = leases.map(holdLease);
      for (const lease of taken) held.add(lease);
      if (stopping) return void handBack(taken);
      waiting.push(...taken);
      startNext();
    },
    // Claims ahead, so that handlers need not wait for a claim; but no more than what they take up next, which others
    // could work on meanwhile.
    hasRoom: () => waiting.length < concurrency && held.size - running - waiting.length < maxUnwritten,
    leases: () => [...held],
    isIdle: () => held.size === 0,
    lose(ids) {
      for (const lease of [...held].filter(({ item }) => ids.has(item.id))) {
        // One that is running may have settled itself a moment ago, which looks the same: its own write will tell.
        lease.abort.abort(new Error('The lease was lost.'));
        if (!waiting.includes(lease)) continue;
        waiting = waiting.filter((other) => other !== lease);
        release(lease, { kind: 'lost' });
      }
    },
    idle,
    async stop(drainSeconds) {
      stopping = true;
      const unstarted = waiting.splice(0);
      let timer: NodeJS.Timeout | undefined;
      const timeUp = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, drainSeconds * 1_000);
      });
      await Promise.race([handBack(unstarted).then(idle), timeUp]);
      clearTimeout(timer);
      settlement.giveUp();
      await handBack([...held]);
    },
  };
}
