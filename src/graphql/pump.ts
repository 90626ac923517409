/** What is done with the events of a source. */
export interface PumpOptions<Response> {
  /** Executes one event; when it throws, the source is ended and `end` gets the error. */
  respond(event: unknown): Promise<Response>;
  /** Takes each response, in order. */
  deliver(response: Response): void;
  /** The source is over, or failed. Not called after `stop`. */
  end(error: Error | null): void;
}

/**
 * Executes the events of a source one after another until it is stopped. That does not wait for the source to stop: the
 * `next()` of a quiet one is pending for ever.
 */
export function pump<Response>(
  source: AsyncIterator<unknown>,
  options: PumpOptions<Response>,
): { stop(): void } {
  let over = false;

  function stop(): void {
    if (over) return;
    over = true;
    // Its failure to end concerns nobody any more.
    source.return?.().then(undefined, () => {});
  }

  async function run(): Promise<void> {
    for (;;) {
      const item = await source.next();
      if (over) return;
      if (item.done) {
        over = true;
        return options.end(null);
      }
      const response = await options.respond(item.value);
      if (over) return;
      options.deliver(response);
    }
  }

  run().catch((error: unknown) => {
    if (over) return;
    stop();
    options.end(error as Error);
  });
  return { stop };
}
