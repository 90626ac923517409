/** The values of a new queue item as SQL expressions over the rows of `source`. */
export interface ItemExpressions {
  /** A CTE or a table of the surrounding statement, with a condition if need be: one item for each of its rows. */
  readonly source: string;
  readonly id: string;
  readonly organizationId: string;
  readonly eventType: string;
  /** jsonb that fits the event type's schema; it is checked when the item is claimed. */
  readonly payload: string;
  /** timestamptz: when the item is made. */
  readonly createdAt: string;
  /** float8: seconds after `createdAt` until it is due. */
  readonly delaySeconds: string;
  /** text: what it goes back to, see `presentCause`. */
  readonly cause: string;
}

/**
 * The INSERT of items for no particular user as part of a bigger statement, for a write path that cannot afford a
 * second one. It wakes no worker: one finds what is due later by itself, and `queue.wake()` tells of what is due at once.
 */
export function insertItemsFrom(item: ItemExpressions): string {
  return `INSERT INTO notification_queue_item (id, organization_id, event_type, payload, created_at, run_at, cause)
  SELECT ${item.id}, ${item.organizationId}, ${item.eventType}, ${item.payload}, ${item.createdAt},
         ${item.createdAt} + make_interval(secs => ${item.delaySeconds}), ${item.cause}
    FROM ${item.source}`;
}
