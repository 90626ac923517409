import type { Channels } from '../../channels/channels.js';
import type { NotificationChannel } from '../../generated/prisma/enums.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import type { HandlerContext } from '../../queue/handler.js';
import type { QueueItem } from '../../queue/item.js';
import { type HandlerOutcome, PermanentFailure } from '../../queue/outcome.js';
import type { NotificationQueue } from '../../queue/queue.js';
import { newId } from '../../shared/ids.js';
import type { ChannelAdapter } from './delivery/adapter.js';
import { insertNotifications, renewNotifications, type Written } from './delivery-store.js';
import type { EventType, Expansion } from './event-types/definition.js';
import { type EventTypeName, eventTypeOf } from './event-types/registry.js';
import { notificationAdded } from './events.js';

/** Told of everything that has reached a user, for metrics. */
export type OnSent = (channel: NotificationChannel) => void;

export interface ExpandOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'append'>;
  readonly queue: Pick<NotificationQueue, 'enqueueBatch'>;
  readonly adapters: readonly ChannelAdapter[];
  readonly onSent: OnSent;
}

/** Whom a transaction tells: all of them live, and those who are to be reached anew on the other channels too. */
interface Audience {
  readonly told: readonly Written[];
  readonly reached: readonly Written[];
}

const alreadyTold = 'Those whom it concerns were told already.';

/**
 * Creates the handler that turns an event into notifications. Rows, deliveries, the item's completion and the live
 * event are one transaction: a worker that dies, or loses its lease, has told nobody, and another tells them once.
 */
export function createExpander({ database, channels, queue, adapters, onSent }: ExpandOptions) {
  async function tell(tx: UnitOfWork, item: QueueItem, type: EventType): Promise<string | Audience> {
    const expansion = await type.expand(tx, item);
    if (expansion.kind === 'nobody') return expansion.reason;
    const audience = await write(tx, item, type.critical, expansion);
    if (audience.told.length === 0) return alreadyTold;
    await queue.enqueueBatch(
      (await deliveriesOf(tx, item, audience.reached, adapters)).map(({ id, userId, channel, ...where }) => ({
        eventType: item.eventType as EventTypeName,
        organizationId: item.organizationId,
        userId,
        channel,
        priority: item.priority,
        payload: { notificationId: id, ...where },
        // A delivery reads the notification when it sends: one that still waits will tell the news too.
        dedupeKey: [channel, id, where.targetId].filter(Boolean).join(':'),
      })),
      tx,
    );
    return audience;
  }

  return async function expand(item: QueueItem, context: HandlerContext): Promise<HandlerOutcome> {
    const type = eventTypeOf(item.eventType);
    if (!type) throw new PermanentFailure(`The event type "${item.eventType}" is not known.`);
    return database.transaction(async (tx) => {
      const result = await tell(tx, item, type);
      if (typeof result === 'string') {
        await context.skip(tx, result);
        return { kind: 'skipped', reason: result };
      }
      await context.complete(tx);
      await channels.append(
        tx,
        result.told.filter(({ shown }) => shown).map(({ id, userId }) => notificationAdded(userId, id)),
      );
      tx.afterCommit(() => {
        for (const { shown } of result.reached) if (shown) onSent('IN_APP');
      });
      return { kind: 'completed' };
    });
  };
}

async function write(
  tx: UnitOfWork,
  { organizationId, eventType }: QueueItem,
  critical: boolean,
  expansion: Extract<Expansion, { kind: 'tell' }>,
): Promise<Audience> {
  const { sourceKey, subject } = expansion;
  const recipients = expansion.recipients.map((recipient) => ({ id: newId(), ...recipient }));
  const given = { organizationId, type: eventType, sourceKey, subject, critical, recipients };
  const added = await insertNotifications(tx, given);
  if (!expansion.renews || added.length === recipients.length) return { told: added, reached: added };
  const renewed = await renewNotifications(tx, given);
  return {
    told: [...added, ...renewed],
    reached: [...added, ...renewed.filter(({ anew }) => anew)],
  };
}

/** A delivery for every place where a channel reaches one of them; for whom it is hidden, one that records just that. */
async function deliveriesOf(
  tx: UnitOfWork,
  { organizationId, eventType }: QueueItem,
  reached: readonly Written[],
  adapters: readonly ChannelAdapter[],
) {
  const ids = new Map(reached.map(({ id, userId }) => [userId, id]));
  const audience = { organizationId, eventType, userIds: [...ids.keys()] };
  const deliveries: {
    id: string;
    userId: string;
    channel: NotificationChannel;
    adapter?: string;
    targetId?: string;
  }[] = reached.filter(({ shown }) => !shown).map(({ id, userId }) => ({ id, userId, channel: 'IN_APP' }));
  if (reached.length === 0) return deliveries;
  for (const { name, channel, targets } of adapters) {
    for (const { userId, targetId } of await targets(tx, audience)) {
      const id = ids.get(userId);
      if (id) deliveries.push({ id, userId, channel, adapter: name, ...(targetId ? { targetId } : {}) });
    }
  }
  return deliveries;
}
