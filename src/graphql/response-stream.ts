import type { ExecutionResult } from 'graphql';

/** The responses of one subscription. `return()` always ends a waiting `next()`, whatever the source does. */
export type ResponseStream = AsyncIterableIterator<ExecutionResult, undefined, undefined>;

/**
 * The response to each event of a source, in order. A generator function would not do: its `return()` waits for the
 * pending `next()`, which for a quiet channel is for ever.
 *
 * @param respond executes one event; when it throws, the source is ended and the stream fails with its error.
 */
export function responseStream(
  source: AsyncIterator<unknown>,
  respond: (event: unknown) => Promise<ExecutionResult>,
): ResponseStream {
  const done = { done: true, value: undefined } as const;
  let ended = false;
  let endWait: (() => void) | undefined;

  async function step(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const item = await source.next();
    if (ended || item.done) return done;
    try {
      const value = await respond(item.value);
      return ended ? done : { done: false, value };
    } catch (error) {
      endSource();
      throw error;
    }
  }

  function endSource(): void {
    if (ended) return;
    ended = true;
    // Its failure to end concerns nobody any more.
    source.return?.().then(undefined, () => {});
  }

  return {
    next() {
      if (ended) return Promise.resolve(done);
      return new Promise((resolve, reject) => {
        endWait = () => resolve(done);
        step().then(resolve, reject);
      });
    },
    async return() {
      endSource();
      endWait?.();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * A stream that gives nothing and only ends: what it is about reaches the client in another way.
 *
 * @param begin starts it and gives a way to stop it; it may end with an error or without.
 */
export function silentStream(begin: (end: (error: Error | null) => void) => () => void): ResponseStream {
  const done = { done: true, value: undefined } as const;
  let finish: (result: typeof done) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const over = new Promise<typeof done>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  // Nobody may be waiting yet, or any more.
  over.catch(() => {});
  const stop = begin((error) => (error ? fail(error) : finish(done)));
  return {
    next: () => over,
    async return() {
      stop();
      finish(done);
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
