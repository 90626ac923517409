import type { Database, Queryable, UnitOfWork } from '../platform/database/database.js';
import type { Signals } from '../platform/signals/postgres-signals.js';
import { presentCause } from '../platform/tracing/cause.js';
import { newId } from '../shared/ids.js';
import type { NewItemOf, PayloadSchemas } from './item.js';
import { checkPayload } from './payloads.js';
import { cancelItem } from './sql/cancel.js';
import { findUnfinished, type IdentifiedItem, insertItems } from './sql/insert.js';
import { readStats } from './sql/stats.js';
import type { QueueStats } from './states.js';

/** The topic that tells sleeping workers that there is something to claim. */
export const queueTopic = 'queue';

/** The side of the queue on which work is given. Every method takes part in the caller's transaction, if given. */
export interface NotificationQueue<Schemas extends PayloadSchemas = PayloadSchemas> {
  /**
   * Adds an item and gives its id, or that of the unfinished item with the same `dedupeKey`. Throws
   * `PayloadError` for a payload that does not fit the event type, `USER_NOT_FOUND` for an unknown user.
   */
  enqueue(item: NewItemOf<Schemas>, tx?: UnitOfWork): Promise<string>;
  /** The same for many items in one statement: all of them or none. Gives the ids in the order of the items. */
  enqueueBatch(items: readonly NewItemOf<Schemas>[], tx?: UnitOfWork): Promise<string[]>;
  /** Wakes workers for items that a statement of the caller's own has added and committed. */
  wake(): void;
  /** Withdraws an unfinished item for a reason; false if it was finished already. */
  cancel(id: string, reason: string, tx?: UnitOfWork): Promise<boolean>;
  /** The state of the whole queue. */
  getStats(tx?: UnitOfWork): Promise<QueueStats>;
  /** The state of a school's part of the queue. */
  getStatsOf(organizationId: string, tx?: UnitOfWork): Promise<QueueStats>;
}

export interface NotificationQueueOptions<Schemas extends PayloadSchemas> {
  readonly database: Database;
  readonly signals: Pick<Signals, 'send'>;
  /** The payload of each event type. */
  readonly schemas: Schemas;
}

/** An item with the same key may finish just between our insert and our look-up; then the insert is tried again. */
const insertRounds = 5;

/** Creates the queue's giving side. */
export function createNotificationQueue<Schemas extends PayloadSchemas>(
  options: NotificationQueueOptions<Schemas>,
): NotificationQueue<Schemas> {
  const { database, signals, schemas } = options;
  const wake = () => signals.send(queueTopic, 'ready');

  async function enqueueBatch(items: readonly NewItemOf<Schemas>[], tx?: UnitOfWork): Promise<string[]> {
    if (items.length === 0) return [];
    const cause = presentCause();
    const identified = items.map((item): IdentifiedItem => {
      if (!item.userId && !item.organizationId)
        throw new Error('A queue item needs a user or an organization.');
      return { ...item, id: newId(), cause, payload: checkPayload(schemas, item.eventType, item.payload) };
    });
    const { ids, inserted } = await insertOrFind(tx ?? database, identified);
    if (inserted && tx) tx.afterCommit(wake);
    else if (inserted) wake();
    return ids;
  }

  return {
    enqueueBatch,
    wake,
    enqueue: async (item, tx) => {
      const [id] = await enqueueBatch([item], tx);
      return id as string;
    },
    cancel: (id, reason, tx) => cancelItem(tx ?? database, id, reason),
    getStats: (tx) => readStats(tx ?? database, null),
    getStatsOf: (organizationId, tx) => readStats(tx ?? database, organizationId),
  };
}

async function insertOrFind(
  on: Queryable,
  items: readonly IdentifiedItem[],
): Promise<{ ids: string[]; inserted: boolean }> {
  const found = new Map<string, string>();
  const inserted = new Set<string>();
  let missing: readonly IdentifiedItem[] = items;
  for (let round = 1; missing.length > 0; round++) {
    if (round > insertRounds) throw new Error('The keys of queue items kept changing hands.');
    for (const id of await insertItems(on, missing)) inserted.add(id);
    missing = missing.filter(({ id }) => !inserted.has(id));
    if (missing.length === 0) break;
    // Only an item with a key can meet another one.
    const keys = missing.map(({ dedupeKey }) => dedupeKey as string);
    for (const [key, id] of await findUnfinished(on, keys)) found.set(key, id);
    missing = missing.filter(({ dedupeKey }) => !found.has(dedupeKey as string));
  }
  const ids = items.map(({ id, dedupeKey }) =>
    inserted.has(id) ? id : (found.get(dedupeKey ?? '') as string),
  );
  return { ids, inserted: inserted.size > 0 };
}
