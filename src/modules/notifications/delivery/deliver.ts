import type { Clock } from '../../../platform/clock.js';
import type { Database } from '../../../platform/database/database.js';
import type { HandlerContext } from '../../../queue/handler.js';
import type { QueueItem } from '../../../queue/item.js';
import { type HandlerOutcome, PermanentFailure } from '../../../queue/outcome.js';
import { type Delivery, findDelivery, type SendingChannel } from '../delivery-store.js';
import { deliveryPayload } from '../event-types/definition.js';
import { textOf } from '../event-types/registry.js';
import type { OnSent } from '../expand.js';
import type { ChannelAdapter } from './adapter.js';
import { decide } from './decide.js';
import type { Digest } from './digest.js';
import type { Dispatch } from './dispatch.js';
import { obsolete, typeOf, wishesOf } from './facts.js';

export interface DeliverOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly adapters: readonly ChannelAdapter[];
  readonly dispatch: Dispatch;
  readonly digest: Digest;
  readonly onSent: OnSent;
}

/**
 * Creates the handler that sends a notification on a channel: at least once, under the same id should it be sent again.
 * Whether it still holds and is still wanted, now, is asked just before; why it is not sent is kept with the item.
 */
export function createDelivery(channel: SendingChannel, options: DeliverOptions) {
  const { database, clock, dispatch, digest, onSent } = options;
  const adapters = options.adapters.filter((adapter) => adapter.channel === channel);

  function adapterOf(name: string | undefined): ChannelAdapter {
    // What an older release enqueued names none.
    const adapter = name === undefined ? adapters[0] : adapters.find((one) => one.name === name);
    if (!adapter) throw new PermanentFailure(`Nothing here sends ${channel} by "${name}".`);
    return adapter;
  }

  /** What becomes of a delivery of the user's own; null when it is to be sent. */
  async function held(
    context: HandlerContext,
    delivery: Delivery,
    now: Date,
  ): Promise<HandlerOutcome | null> {
    const { critical, timely } = typeOf(delivery.type);
    const read = delivery.shown && delivery.readAt !== null;
    const decision = decide(
      { type: delivery.type, channel, critical, timely, read },
      wishesOf(delivery),
      now,
    );
    switch (decision.kind) {
      case 'send':
        return null;
      case 'skip':
        return { kind: 'skipped', reason: decision.reason };
      case 'wait':
        return { kind: 'deferred', until: decision.until };
      case 'digest':
        return digest.add(context, delivery, decision.at);
    }
  }

  return async function deliver(item: QueueItem, context: HandlerContext): Promise<HandlerOutcome> {
    const { notificationId, adapter: name, targetId } = deliveryPayload.parse(item.payload);
    const adapter = adapterOf(name);
    const delivery = await findDelivery(database, item.organizationId, notificationId, channel);
    if (!delivery) return { kind: 'skipped', reason: 'The notification is gone.' };
    // Before a digest could gather it, which would hand it back to here.
    if (channel === 'EMAIL' && !delivery.holdsAddress)
      return { kind: 'skipped', reason: 'The address belongs to another account.' };
    const now = clock.now();
    const reason = await obsolete(database, delivery, now);
    if (reason) return { kind: 'skipped', reason };
    const instead = adapter.personal ? await held(context, delivery, now) : null;
    if (instead) return instead;
    const text = textOf(delivery.type, delivery.data, delivery);
    const { critical } = typeOf(delivery.type);
    const shipment = await adapter.open(
      database,
      { id: item.id, delivery, text, critical },
      targetId ?? null,
    );
    if (typeof shipment === 'string') return { kind: 'skipped', reason: shipment };
    const outcome = await dispatch(item, shipment, adapter.outages, context.signal);
    if (outcome.kind === 'completed') onSent(channel);
    return outcome;
  };
}

/** The record of a notification that its user does not want to see in the application. */
export function recordHidden({ eventType }: QueueItem): HandlerOutcome {
  return { kind: 'skipped', reason: `The user has turned IN_APP off for ${eventType}.` };
}
