import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { Queryable } from './database.js';

/** Within this the machine's own clock counts: reading the other one is not exact either. */
const toleratedMs = 1_000;
const refreshMs = 60_000;

/** A clock that must be started. */
export interface DatabaseClock extends Clock {
  /** Reads the database's clock, and again from time to time. Fails when the database does not answer. */
  start(): Promise<void>;
  stop(): void;
}

export interface DatabaseClockOptions {
  readonly database: Pick<Queryable, 'sql'>;
  readonly logger: Logger;
}

/**
 * The time by which all processes agree: the machine's while it is within a second of the database's, else the
 * database's. A machine whose clock is wrong, or jumps, then neither sends nor ends anything early or late.
 */
export function createDatabaseClock({ database, logger }: DatabaseClockOptions): DatabaseClock {
  /** The database's time when this process began, on a clock that nobody can set. */
  let origin = Date.now() - performance.now();
  let timer: NodeJS.Timeout | undefined;
  let warned = false;

  async function read(): Promise<void> {
    const before = performance.now();
    const [row] = await database.sql<{ at: number }>(
      `SELECT date_part('epoch', clock_timestamp()) * 1000 AS at`,
    );
    if (!row) return;
    origin = row.at - (before + performance.now()) / 2;
    const offMs = Math.round(Date.now() - origin - performance.now());
    if (Math.abs(offMs) >= toleratedMs && !warned)
      logger.warn(
        { offMs },
        `the clock of this machine is not that of the database, by which everything goes`,
      );
    warned = Math.abs(offMs) >= toleratedMs;
  }

  return {
    now() {
      const own = Date.now();
      const right = origin + performance.now();
      return new Date(Math.abs(own - right) < toleratedMs ? own : right);
    },
    async start() {
      await read();
      // A failure leaves what was read before, which holds.
      timer = setInterval(() => void read().catch(() => {}), refreshMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}
