import type { Lease, QueueItem } from './item.js';
import type { Outcome } from './outcome.js';

/** A lease in this worker's hands. */
export interface HeldLease extends Lease {
  readonly abort: AbortController;
  /** What the handler has committed itself; nothing is left to write then. */
  recorded: Outcome | null;
}

class Held implements HeldLease {
  recorded: Outcome | null = null;
  #abort: AbortController | undefined;

  constructor(
    readonly item: QueueItem,
    readonly token: string,
  ) {}

  // Few handlers ever look at the signal, and it costs as much as the rest.
  get abort(): AbortController {
    this.#abort ??= new AbortController();
    return this.#abort;
  }
}

/** Takes a lease into this worker's hands. */
export function holdLease({ item, token }: Lease): HeldLease {
  return new Held(item, token);
}

/** An item with what became of it. */
export interface Settled {
  readonly held: HeldLease;
  readonly outcome: Outcome;
}
