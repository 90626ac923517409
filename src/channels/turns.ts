import { AppError } from '../shared/errors.js';

/** Lets one piece of work per channel run at a time. */
export interface Turns {
  /**
   * Runs `work` when all that was given before it for the same channel has ended, well or badly. Fails with
   * SERVICE_UNAVAILABLE, without running it, when too much waits for that channel already.
   */
  inTurn<T>(channel: string, work: () => Promise<T>): Promise<T>;
  /** How many channels have work at present. */
  readonly size: number;
}

export interface TurnsOptions {
  /** How much may wait for one channel, beside the one piece of work that runs. */
  readonly maxWaiting: number;
}

/**
 * Writers of one channel would wait for its row anyway. Those that wait here hold no connection meanwhile, so that
 * many writers of one channel cannot take the whole pool from everyone else.
 */
export function createTurns({ maxWaiting }: TurnsOptions): Turns {
  const lines = new Map<string, { length: number; last: Promise<unknown> }>();
  return {
    get size() {
      return lines.size;
    },
    inTurn(channel, work) {
      const line = lines.get(channel) ?? { length: 0, last: Promise.resolve() };
      if (line.length > maxWaiting) return Promise.reject(new AppError('SERVICE_UNAVAILABLE'));
      line.length++;
      lines.set(channel, line);
      const result = line.last.then(work);
      const leave = () => {
        if (--line.length === 0) lines.delete(channel);
      };
      line.last = result.then(leave, leave);
      return result;
    },
  };
}
