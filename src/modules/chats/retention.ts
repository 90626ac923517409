import { recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, Queryable } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { encodeId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import { canSetRetention } from './policy.js';
import {
  findForgettingSchools,
  findRetentions,
  holdForgotten,
  lookAtRooms,
  removeMessages,
  saveRetention,
} from './retention-store.js';

/** Days that messages can be kept: not less than their events are, which name them. */
export const retentionDays = { min: 7, max: 3_650 } as const;
/** Nothing is removed before a change is so old: a mistake can be taken back. */
const graceMilliseconds = 86_400_000;

/** Creates what a school says about how long it keeps messages. */
export function createRetentionService({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}) {
  return {
    /** For how many days each of these schools keeps messages, in their order: one statement. */
    async days(organizationIds: readonly string[]): Promise<(number | null)[]> {
      const found = await findRetentions(database, organizationIds);
      return organizationIds.map((id) => found.get(id) ?? null);
    },

    /** Says for how many days the viewer's school keeps messages, null for ever. FORBIDDEN to all but admins. */
    async set(viewer: Viewer, days: number | null): Promise<void> {
      if (!canSetRetention(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId, userId: actorId } = viewer;
      await database.transaction(async (tx) => {
        const changed = await saveRetention(tx, organizationId, days, clock.now());
        if (!changed) return;
        const subject = encodeId('organization', organizationId);
        const detail = { days, before: changed.before };
        await recordAudit(tx, { organizationId, actorId, action: 'message-retention.set', subject, detail });
      });
    },
  };
}

/** What a school says about how long it keeps messages, as `createRetentionService` makes it. */
export type RetentionService = ReturnType<typeof createRetentionService>;

export interface ForgettingOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Removes what other parts hold about messages, in the transaction that removes them. */
  readonly alsoForget: (tx: Queryable, messageIds: readonly string[]) => Promise<void>;
  /** Rooms that are looked at in one statement, and messages that are removed in one transaction. */
  readonly roomsAtOnce?: number;
  readonly messagesAtOnce?: number;
}

const nil = '00000000-0000-0000-0000-000000000000';
/** One call ends after so many looks or messages, and the next goes on from there. */
const looksInACall = 100;
const messagesInACall = 20_000;

/**
 * Creates the removal of messages that their schools do not keep any more. It goes round all rooms that have messages,
 * and removes the beginning of their histories in small transactions. Where it is, it keeps in memory: whoever is killed
 * begins anew, and any number of processes may do so at once.
 */
export function createForgetting(options: ForgettingOptions) {
  const { database, clock, alsoForget, roomsAtOnce = 500, messagesAtOnce = 500 } = options;
  let after = nil;

  /** Removes one batch; gives how many messages. */
  const removeBatch = (rooms: Parameters<typeof holdForgotten>[1]) =>
    database.transaction(async (tx) => {
      const ids = await holdForgotten(tx, rooms, messagesAtOnce);
      if (ids.length === 0) return 0;
      await alsoForget(tx, ids);
      await removeMessages(tx, ids);
      return ids.length;
    });

  /** Goes on round the rooms; gives how many messages were removed. It ends early when `stopped` says so. */
  return async function removeForgotten(stopped: () => boolean = () => false): Promise<number> {
    const now = clock.now();
    const setBefore = new Date(now.getTime() - graceMilliseconds);
    const schools = await findForgettingSchools(database, now, setBefore);
    const before = new Map(schools.map((school) => [school.organizationId, school.before]));
    let removed = 0;
    if (before.size === 0) return removed;
    for (let look = 0; look < looksInACall; look++) {
      const rooms = await lookAtRooms(database, after, roomsAtOnce);
      const expired = rooms.flatMap(({ roomId, organizationId, sentAt }) => {
        const kept = before.get(organizationId);
        return kept && sentAt < kept ? [{ roomId, organizationId, before: kept }] : [];
      });
      for (let count = expired.length > 0 ? messagesAtOnce : 0; count === messagesAtOnce; ) {
        if (stopped() || removed >= messagesInACall) return removed;
        count = await removeBatch(expired);
        removed += count;
      }
      // Fewer than asked for are the last ones: the next call begins with the first room.
      after = rooms.length < roomsAtOnce ? nil : (rooms.at(-1)?.roomId ?? nil);
      if (after === nil || stopped()) break;
    }
    return removed;
  };
}
