/** Lets through so many messages of a socket at once, and as many again over each window. One for all sockets. */
export class MessageRate {
  /** What one message takes of the window. */
  readonly #eachMs: number;

  /** @param limit 0 lets everything through. */
  constructor(
    limit: number,
    private readonly windowMs: number,
  ) {
    this.#eachMs = limit === 0 ? 0 : windowMs / limit;
  }

  /**
   * Counts a message.
   * @param until what the last call gave, 0 before the first.
   * @param now milliseconds.
   * @returns when the socket will have its whole allowance again; null when the message is one too many.
   */
  take(until: number, now: number): number | null {
    const next = Math.max(until, now) + this.#eachMs;
    return next - now <= this.windowMs ? next : null;
  }
}
