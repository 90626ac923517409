import type { Logger } from '../platform/logger.js';
import { asError } from '../shared/errors.js';

/** Does what is due again and again. */
export interface Sweeping {
  start(): void;
  /** Sweeps until nothing is due. Rejects when the database fails. */
  run(): Promise<void>;
  /** Ends after the batch that runs. */
  stop(): Promise<void>;
}

export interface SweepingOptions {
  /** One batch; gives how many it did, 0 when there is nothing more to do. */
  readonly sweep: () => Promise<number>;
  readonly logger: Logger;
  /** How long it rests when nothing is due. */
  readonly intervalSeconds: number;
}

/** Any number of processes may do so at once; a failure is tried again at the next turn. */
export function createSweeping({ sweep, logger, intervalSeconds }: SweepingOptions): Sweeping {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function run(): Promise<void> {
    let total = 0;
    for (let done = 1; done > 0 && !stopped; total += done) done = await sweep();
    if (total > 0) logger.info({ lessons: total }, 'what was overdue was ended');
  }
  function turn(): void {
    running = run()
      .catch((error) => logger.warn({ err: asError(error) }, 'what is overdue could not be ended'))
      .then(() => {
        if (!stopped) timer = setTimeout(turn, intervalSeconds * 1_000);
      });
  }
  return {
    start: turn,
    run,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
