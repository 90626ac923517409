import type { Lease } from './item.js';
import type { Outcome } from './outcome.js';

/** A lease in this worker's hands. */
export interface HeldLease extends Lease {
  readonly abort: AbortController;
  /** What the handler has committed itself; nothing is left to write then. */
  recorded: Outcome | null;
}

/** Takes a lease into this worker's hands. Few handlers ever look at the signal, and it costs as much as the rest. */
export function holdLease({ item, token }: Lease): HeldLease {
  let abort: AbortController | undefined;
  return {
    item,
    token,
    recorded: null,
    get abort() {
      abort ??= new AbortController();
      return abort;
    },
  };
}

/** An item with what became of it. */
export interface Settled {
  readonly held: HeldLease;
  readonly outcome: Outcome;
}
