import type { Clock } from '../../../platform/clock.js';
import type { Database } from '../../../platform/database/database.js';
import { AddressRefused, type Outbound, Unreachable } from '../../../platform/outbound/outbound.js';
import { encodeId } from '../../../shared/ids.js';
import { type ChannelAdapter, type Parcel, ProviderDown, Refused, TargetGone } from '../delivery/adapter.js';
import { signWebhook } from './signature.js';
import { disableEndpoint, findReceiver, listTargets } from './store.js';

export interface WebhookAdapterOptions {
  readonly database: Database;
  readonly outbound: Outbound;
  readonly clock: Clock;
}

/** Creates the channel WEBHOOK by the Standard Webhooks specification: signed, and under the same id when it is sent again. */
export function createWebhookAdapter({ database, outbound, clock }: WebhookAdapterOptions): ChannelAdapter {
  return {
    name: 'webhook',
    channel: 'WEBHOOK',
    personal: false,
    // A receiver's error may be about one message; several in a row are about the receiver.
    outages: { failuresToOpen: 3, costAttempts: true },
    targets: listTargets,
    async open(on, parcel, targetId) {
      const { organizationId } = parcel.delivery;
      const receiver = targetId && (await findReceiver(on, organizationId, targetId));
      if (!receiver) return 'The endpoint was deleted or disabled.';
      const { url, secrets } = receiver;

      async function send(signal: AbortSignal): Promise<void> {
        const body = Buffer.from(JSON.stringify(messageOf(parcel)));
        const signed = signWebhook({ id: `msg_${parcel.id}`, at: clock.now(), body }, secrets);
        const headers = { 'content-type': 'application/json', ...signed };
        const answer = await outbound.post({ url, headers, body, signal });
        if (answer.status >= 200 && answer.status < 300) return;
        if (answer.status === 410) {
          await disableEndpoint(database, organizationId, targetId as string);
          throw new TargetGone('The endpoint answered 410 Gone and is disabled.');
        }
        // A redirect is not followed: it could lead anywhere, and the signature is for this address.
        throw new ProviderDown(`The endpoint answered ${answer.status}: ${answer.body}`);
      }

      return {
        provider: `webhook ${targetId}`,
        async send(signal) {
          try {
            await send(signal);
          } catch (error) {
            if (error instanceof Unreachable) throw new ProviderDown(error.message, { cause: error });
            if (error instanceof AddressRefused) throw new Refused(error.message, { cause: error });
            throw error;
          }
        },
      };
    },
  };
}

/** What is sent: a notification of one user, in their words. */
function messageOf({ delivery, text }: Parcel) {
  return {
    type: delivery.type,
    timestamp: delivery.createdAt.toISOString(),
    data: {
      notificationId: encodeId('notification', delivery.notificationId),
      userId: encodeId('user', delivery.userId),
      subject: delivery.subject,
      ...text,
    },
  };
}
