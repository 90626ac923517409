import type { Logger } from '../platform/logger.js';

/** What runs until the process is told to end. */
export interface Running {
  stop(): Promise<void>;
}

/** A terminal's Ctrl-C reaches us twice under npm, once from the terminal and once from npm: only a later one counts. */
const sameSignalMilliseconds = 250;

/**
 * Resolves with the first SIGINT or SIGTERM. From then on another one ends the process at once, with 128 and the
 * number of the signal, as if nobody had listened.
 */
export async function firstSignal(logger: Logger): Promise<NodeJS.Signals> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    let first: { readonly name: NodeJS.Signals; readonly at: number } | undefined;
    const hear = (name: NodeJS.Signals) => {
      if (first === undefined) {
        first = { name, at: performance.now() };
        resolve(name);
      } else if (name !== first.name || performance.now() - first.at > sameSignalMilliseconds) {
        process.exit(name === 'SIGINT' ? 130 : 143);
      }
    };
    process.on('SIGINT', hear);
    process.on('SIGTERM', hear);
  });
  logger.info({ signal }, 'stopping; once more to end at once');
  return signal;
}

/** Waits for SIGINT or SIGTERM, stops what runs and gives the exit code: 0. A second signal ends the process at once. */
export async function runUntilSignal(running: Running, logger: Logger): Promise<number> {
  await firstSignal(logger);
  await running.stop();
  return 0;
}
