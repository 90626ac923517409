import type { Logger } from '../platform/logger.js';

/** What runs until the process is told to end. */
export interface Running {
  stop(): Promise<void>;
}

/** A terminal's Ctrl-C reaches us twice under npm, once from the terminal and once from npm: only a later one counts. */
const sameSignalMilliseconds = 1_000;

/**
 * Waits for SIGINT or SIGTERM, stops what runs and gives the exit code: 0. A second signal ends the process at once.
 */
export async function runUntilSignal(running: Running, logger: Logger): Promise<number> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    let first: number | undefined;
    const hear = (name: NodeJS.Signals) => {
      if (first === undefined) {
        first = performance.now();
        resolve(name);
      } else if (performance.now() - first > sameSignalMilliseconds) {
        process.exit(130);
      }
    };
    process.on('SIGINT', hear);
    process.on('SIGTERM', hear);
  });
  logger.info({ signal }, 'stopping; once more to end at once');
  await running.stop();
  return 0;
}
