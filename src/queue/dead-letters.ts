import type { Queryable } from '../platform/database/database.js';
import type { Signals } from '../platform/signals/postgres-signals.js';
import { type Connection, type Page, toConnection } from '../shared/pagination.js';
import { queuePolicy } from './policy.js';
import { queueTopic } from './queue.js';
import {
  allDeadLetterIds,
  type DeadLetter,
  discardDeadLetters,
  findDeadLetters,
  listDeadLetters,
  retryDeadLetters,
} from './sql/dead-letters.js';

export type { DeadLetter } from './sql/dead-letters.js';

/** The items that were given up, and what people can do about them. */
export interface DeadLetters {
  /** A school's, the newest first. */
  list(organizationId: string, page: Page): Promise<Connection<DeadLetter>>;
  /** The school's among these ids, in no order. */
  byIds(organizationId: string, ids: readonly string[]): Promise<DeadLetter[]>;
  /**
   * Makes the school's among these ids due at once, with all their attempts before them, and gives how many: what is
   * no dead letter (any more) does not count, nor one whose key another unfinished item has.
   */
  retry(organizationId: string, ids: readonly string[]): Promise<number>;
  /** The same for every dead letter of every school, in batches. */
  retryAll(): Promise<number>;
  /** Turns the school's among these ids into CANCELLED items for this reason, and gives how many. */
  discard(organizationId: string, ids: readonly string[], reason: string): Promise<number>;
}

export interface DeadLettersOptions {
  readonly database: Queryable;
  readonly signals: Pick<Signals, 'send'>;
}

/** Creates the access to the dead letters. */
export function createDeadLetters({ database, signals }: DeadLettersOptions): DeadLetters {
  async function retry(ids: readonly string[], organizationId: string | null): Promise<number> {
    const retried = await retryDeadLetters(database, ids, organizationId);
    if (retried.length > 0) signals.send(queueTopic, 'ready');
    return retried.length;
  }

  return {
    async list(organizationId, page) {
      const rows = await listDeadLetters(database, organizationId, page);
      return toConnection(rows, page, ({ failedAt, id }) => [failedAt.toISOString(), id]);
    },
    byIds: (organizationId, ids) => findDeadLetters(database, organizationId, ids),
    retry: (organizationId, ids) => retry(ids, organizationId),
    async retryAll() {
      const ids = await allDeadLetterIds(database);
      let retried = 0;
      for (let from = 0; from < ids.length; from += queuePolicy.sweepBatch) {
        retried += await retry(ids.slice(from, from + queuePolicy.sweepBatch), null);
      }
      return retried;
    },
    async discard(organizationId, ids, reason) {
      return (await discardDeadLetters(database, ids, organizationId, reason)).length;
    },
  };
}
