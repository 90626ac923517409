import { forgetDevices } from '../modules/accounts/device-store.js';
import { removeExpiredInvitations } from '../modules/accounts/invitation-store.js';
import { removeExpiredLinks } from '../modules/accounts/link-store.js';
import { removeExpiredOperations } from '../modules/boards/retention-store.js';
import { createForgetting } from '../modules/chats/retention.js';
import { removeOldReports } from '../modules/moderation/store.js';
import { removeMentionNotices } from '../modules/notifications/room-facts.js';
import type { PrivacyService } from '../modules/privacy/service.js';
import { removeOldExports } from '../modules/room-exports/store.js';
import { removeExpiredKeys } from '../platform/idempotency/once.js';
import { asError } from '../shared/errors.js';
import type { Foundation } from './foundation.js';

/**
 * Removes what is kept for a time only: events of channels, results of idempotency keys, one-time links, invitations,
 * devices, exports, reports, messages that their school does not keep, and accounts that never proved their address.
 */
export interface Maintenance {
  start(): void;
  stop(): Promise<void>;
}

const intervalMilliseconds = 10 * 60_000;
const keysAtOnce = 5_000;
/** Each is a transaction of its own. */
const accountsAtOnce = 100;
const deviceMilliseconds = 180 * 86_400_000;
const exportMilliseconds = 86_400_000;

/** Any number of processes may do so at once; a failure is tried again at the next turn. */
export function createMaintenance(
  { channels, database, clock, logger }: Foundation,
  privacy: Pick<PrivacyService, 'eraseUnproven'>,
): Maintenance {
  const removeForgotten = createForgetting({ database, clock, alsoForget: removeMentionNotices });
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  async function removeExpired(): Promise<void> {
    const events = await channels.removeExpired();
    const keys = await removeExpiredKeys(database, keysAtOnce);
    const links = await removeExpiredLinks(database, keysAtOnce);
    const operations = await removeExpiredOperations(database, keysAtOnce);
    const invitations = await removeExpiredInvitations(database, keysAtOnce);
    const ago = (milliseconds: number) => new Date(clock.now().getTime() - milliseconds);
    const devices = await forgetDevices(database, ago(deviceMilliseconds), keysAtOnce);
    const exports = await removeOldExports(database, ago(exportMilliseconds), keysAtOnce);
    const reports = await removeOldReports(database, clock.now(), keysAtOnce);
    const messages = await removeForgotten(() => stopped);
    const accounts = await privacy.eraseUnproven(accountsAtOnce);
    const removed = {
      events,
      keys,
      links,
      operations,
      invitations,
      devices,
      exports,
      reports,
      messages,
      accounts,
    };
    if (Object.values(removed).some((count) => count > 0))
      logger.info(removed, 'what was past its retention was removed');
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
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
