import { AppError } from '../../shared/errors.js';

/** Lets a bounded number of pieces of work run, and a bounded number wait in line; more is SERVICE_UNAVAILABLE. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** A line: `concurrency` run at once, and `maxWaiting` wait behind them. */
export interface Turns {
  readonly concurrency: number;
  readonly maxWaiting: number;
  /**
   * For so long, as a share of the time that the work took, its place stays empty before the next one in line has it: a
   * line that never ends then leaves the rest of the time to others.
   */
  readonly rest?: number;
}

/** Creates a line: first come, first served. */
export function createTurns({ concurrency, maxWaiting, rest = 0 }: Turns): InTurn {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running < concurrency) running++;
    else if (waiting.length >= maxWaiting) throw new AppError('SERVICE_UNAVAILABLE');
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const start = performance.now();
    try {
      return await work();
    } finally {
      // Whoever has worked is answered at once. Who is alone need not rest: nobody waits to use the time again.
      const restMs = waiting.length > 0 ? rest * (performance.now() - start) : 0;
      if (restMs > 0) setTimeout(handOver, restMs);
      else handOver();
    }
  };

  /** The place is handed over rather than given up, so that a newcomer cannot overtake the line. */
  function handOver(): void {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
