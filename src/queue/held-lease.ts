import type { Lease } from './item.js';
import type { Outcome } from './outcome.js';

/** A lease in this worker's hands. */
export interface HeldLease extends Lease {
  readonly abort: AbortController;
  /** What the handler has committed itself; nothing is left to write then. */
  recorded: Outcome | null;
}

/** An item with what became of it. */
export interface Settled {
  readonly held: HeldLease;
  readonly outcome: Outcome;
}
