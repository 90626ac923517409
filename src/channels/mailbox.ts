import { AppError } from '../shared/errors.js';

/** More than this waiting for one reader ends its stream: it goes on at its last cursor. */
const maxWaiting = 1_000;

/**
 * A stream that is pushed into. What waits under a key is replaced by what comes under the same key, so that a slow
 * reader of ephemeral things costs no memory. `return()` ends a waiting `next()`.
 */
export class Mailbox<Item> implements AsyncIterableIterator<Item, void, undefined> {
  readonly #waiting = new Map<string, Item>();
  #wake: (() => void) | null = null;
  #ended = false;
  #error: unknown = null;
  #leave: (() => void)[] = [];

  /** @param begin runs at the first `next()`, before which nothing happens. */
  constructor(private begin: ((mailbox: Mailbox<Item>) => void) | null) {}

  push(key: string, item: Item): void {
    if (this.#ended) return;
    this.#waiting.set(key, item);
    if (this.#waiting.size > maxWaiting) this.end(new AppError('SLOW_CONSUMER'));
    this.#wake?.();
  }

  /** Ends the stream after what waits: with an error, or without. */
  end(error: unknown = null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    for (const leave of this.#leave) leave();
    this.#wake?.();
  }

  /** Runs when the stream is over, at once if it is. */
  onEnd(leave: () => void): void {
    if (this.#ended) leave();
    else this.#leave.push(leave);
  }

  async next(): Promise<IteratorResult<Item, void>> {
    const begin = this.begin;
    this.begin = null;
    begin?.(this);
    for (;;) {
      const [first] = this.#waiting;
      if (first) {
        this.#waiting.delete(first[0]);
        return { done: false, value: first[1] };
      }
      if (this.#ended) {
        const error = this.#error;
        this.#error = null;
        if (error) throw error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<Item, void>> {
    this.#waiting.clear();
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
