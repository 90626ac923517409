import { AppError } from '../../shared/errors.js';

/** Lets a bounded number of pieces of work run, and a bounded number wait in line; more is SERVICE_UNAVAILABLE. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Creates a line: `concurrency` run at once, and `maxWaiting` wait behind them, first come, first served. */
export function createTurns({
  concurrency,
  maxWaiting,
}: {
  concurrency: number;
  maxWaiting: number;
}): InTurn {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running < concurrency) running++;
    else if (waiting.length >= maxWaiting) throw new AppError('SERVICE_UNAVAILABLE');
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed over rather than given up, so that a newcomer cannot overtake the line.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
