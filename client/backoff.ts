/** Waits; ends early, without failing, when the signal is aborted. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** How long to wait between two attempts. */
export interface Backoff {
  /** The longest first wait; each further one may be twice as long. Default 500 ms. */
  readonly firstMilliseconds?: number;
  /** The longest wait of all. Default 30 s. */
  readonly maxMilliseconds?: number;
  /** From 0 to 1; Math.random unless told. */
  readonly random?: () => number;
  /** A timer unless told. */
  readonly wait?: Wait;
}

/**
 * The wait before the next attempt after so many failures in a row, in milliseconds. Anything from 0 to the limit is
 * equally likely ("full jitter"), so that the clients of a restarted server do not all come back at once.
 */
export function jitteredDelay(failures: number, backoff: Backoff = {}): number {
  const { firstMilliseconds = 500, maxMilliseconds = 30_000, random = Math.random } = backoff;
  return random() * Math.min(maxMilliseconds, firstMilliseconds * 2 ** (failures - 1));
}

/** Waits by a timer. */
export const timerWait: Wait = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
