import { removeExpiredLinks } from '../modules/accounts/link-store.js';
import { removeOldExports } from '../modules/room-exports/store.js';
import { removeExpiredKeys } from '../platform/idempotency/once.js';
import { asError } from '../shared/errors.js';
import type { Foundation } from './foundation.js';

/** Removes what is kept for a time only: events of channels, results of idempotency keys, one-time links, exports. */
export interface Maintenance {
  start(): void;
  stop(): Promise<void>;
}

const intervalMilliseconds = 10 * 60_000;
const keysAtOnce = 5_000;

/** Any number of processes may do so at once; a failure is tried again at the next turn. */
export function createMaintenance({ channels, database, clock, logger }: Foundation): Maintenance {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function removeExpired(): Promise<void> {
    const events = await channels.removeExpired();
    const keys = await removeExpiredKeys(database, keysAtOnce);
    const links = await removeExpiredLinks(database, keysAtOnce);
    const dayAgo = new Date(clock.now().getTime() - 86_400_000);
    const exports = await removeOldExports(database, dayAgo, keysAtOnce);
    if (events + keys + links + exports > 0)
      logger.info({ events, keys, links, exports }, 'what was past its retention was removed');
  }
  const run = () => {
    running = removeExpired().catch((error) => {
      logger.warn({ err: asError(error) }, 'what is past its retention could not be removed');
    });
  };
  return {
    start() {
      run();
      timer = setInterval(run, intervalMilliseconds);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
