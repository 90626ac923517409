/** Lets through so many messages at once, and as many again over each window. */
export class MessageRate {
  #left: number;
  #at = performance.now();

  /** @param limit 0 lets everything through. */
  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {
    this.#left = limit;
  }

  /** Counts a message; false when it is one too many. */
  take(): boolean {
    if (this.limit === 0) return true;
    const now = performance.now();
    this.#left = Math.min(this.limit, this.#left + ((now - this.#at) / this.windowMs) * this.limit);
    this.#at = now;
    this.#left -= 1;
    return this.#left >= 0;
  }
}
