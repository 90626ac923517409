import type { NotificationChannel } from '../generated/prisma/enums.js';
import type { UnitOfWork } from '../platform/database/database.js';
import type { PayloadSchemas, QueueItem, QueueItemOf } from './item.js';
import type { HandlerOutcome } from './outcome.js';

/** What a handler can do with its item while it works on it. */
export interface HandlerContext {
  /**
   * Completes the item inside the handler's own transaction, so that effect and completion are one commit. Throws
   * `LeaseLost` when the item is no longer ours; let it pass, so that the transaction rolls back. Call it last:
   * the row stays locked until the commit.
   */
  complete(tx: UnitOfWork): Promise<void>;
  /** The same, but the item becomes SKIPPED for a reason. */
  skip(tx: UnitOfWork, reason: string): Promise<void>;
  /** Ends when nobody waits for the result any more: the lease was lost, time is up, or the worker stops. */
  readonly signal: AbortSignal;
}

/**
 * Does the work of an item. It gives what became of it, or throws, which is a failed attempt (`PermanentFailure`:
 * the last one). After `context.complete(tx)` or `context.skip(tx)` was committed, the returned outcome is ignored.
 */
export type QueueHandler<Item = QueueItem> = (
  item: Item,
  context: HandlerContext,
) => HandlerOutcome | Promise<HandlerOutcome>;

/** Which items a handler is for: an event to expand, or deliveries on a channel, of one event type or of any. */
export type HandlerKey<EventType extends string> =
  | EventType
  | '*'
  | `${EventType | '*'}:${NotificationChannel}`;

/** Handlers by what they are for; the more exact key wins (`lesson.moved:EMAIL` before `*:EMAIL`). */
export type HandlerMap<Schemas extends PayloadSchemas> = {
  readonly [Key in HandlerKey<keyof Schemas & string>]?: QueueHandler<QueueItemOf<Schemas>>;
};

/** The handler for an item, or undefined. */
export function handlerFor(
  handlers: QueueHandler | Readonly<Record<string, QueueHandler | undefined>>,
  { eventType, channel }: QueueItem,
): QueueHandler | undefined {
  if (typeof handlers === 'function') return handlers;
  return channel
    ? (handlers[`${eventType}:${channel}`] ?? handlers[`*:${channel}`])
    : (handlers[eventType] ?? handlers['*']);
}
