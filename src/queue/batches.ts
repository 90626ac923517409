import type { Lease } from './item.js';
import type { ObservedOutcome } from './outcome.js';

/** What became of the items of one claim. */
export interface BatchReport {
  readonly claimed: number;
  /** From the claim until the last outcome was written. */
  readonly milliseconds: number;
  /** How many ended in each way. */
  readonly outcomes: Readonly<Partial<Record<ObservedOutcome['kind'], number>>>;
}

/** Puts outcomes together by the claim that the items came with. */
export interface BatchTally {
  claimed(leases: readonly Lease[]): void;
  settled(lease: Lease, outcome: ObservedOutcome): void;
}

interface Open {
  readonly claimed: number;
  readonly since: number;
  left: number;
  readonly outcomes: Partial<Record<ObservedOutcome['kind'], number>>;
}

/** Creates a tally that reports each claim when its last item is settled. */
export function createBatchTally(onBatch: (batch: BatchReport) => void): BatchTally {
  /** By lease token, which all items of a claim share. As many as the worker has claims under way. */
  const open = new Map<string, Open>();
  return {
    claimed(leases) {
      const token = leases[0]?.token;
      if (token === undefined) return;
      open.set(token, {
        claimed: leases.length,
        left: leases.length,
        since: performance.now(),
        outcomes: {},
      });
    },
    settled({ token }, { kind }) {
      const batch = open.get(token);
      if (!batch) return;
      batch.outcomes[kind] = (batch.outcomes[kind] ?? 0) + 1;
      batch.left -= 1;
      if (batch.left > 0) return;
      open.delete(token);
      const { claimed, since, outcomes } = batch;
      onBatch({ claimed, milliseconds: Math.round(performance.now() - since), outcomes });
    },
  };
}
