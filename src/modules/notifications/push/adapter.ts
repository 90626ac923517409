import type { Clock } from '../../../platform/clock.js';
import type { Database } from '../../../platform/database/database.js';
import { AddressRefused, type Outbound, Unreachable } from '../../../platform/outbound/outbound.js';
import { encryptPush } from '../../../platform/web-push/encryption.js';
import type { VapidSigner } from '../../../platform/web-push/vapid.js';
import { encodeId } from '../../../shared/ids.js';
import { type ChannelAdapter, type Parcel, ProviderDown, Refused, TargetGone } from '../delivery/adapter.js';
import { findSubscription, listTargets, removeSubscription, type Subscription } from './store.js';

export interface WebPushOptions {
  readonly database: Database;
  readonly outbound: Outbound;
  readonly vapid: VapidSigner;
  readonly clock: Clock;
}

/** A browser that is offline for longer is not told any more; the application still shows it. */
const timeToLiveSeconds = 24 * 3_600;
const maxTitleCharacters = 200;
const maxBodyCharacters = 600;

/** Creates the channel PUSH over Web Push (RFC 8030): encrypted for the browser, signed for its push service. */
export function createWebPushAdapter({ database, outbound, vapid, clock }: WebPushOptions): ChannelAdapter {
  async function send(
    { id, delivery, text, critical }: Parcel,
    { endpoint, ...keys }: Subscription,
    remove: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const message = {
      id,
      type: delivery.type,
      notificationId: encodeId('notification', delivery.notificationId),
      subject: delivery.subject,
      title: cut(text.title, maxTitleCharacters),
      body: cut(text.body, maxBodyCharacters),
    };
    const { status, body } = await outbound.post({
      url: endpoint,
      headers: {
        authorization: await vapid.authorization(new URL(endpoint).origin, clock.now()),
        'content-type': 'application/octet-stream',
        'content-encoding': 'aes128gcm',
        ttl: String(timeToLiveSeconds),
        urgency: critical ? 'high' : 'normal',
        // A message that still waits is replaced by one of the same topic: sent again, it comes once.
        topic: Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url'),
      },
      body: encryptPush(Buffer.from(JSON.stringify(message)), keys),
      signal,
    });
    if (status >= 200 && status < 300) return;
    const answer = `The push service answered ${status}: ${body}`;
    if (status === 404 || status === 410) {
      await remove();
      throw new TargetGone('The browser’s subscription has ended.');
    }
    if (status === 429 || status >= 500) throw new ProviderDown(answer);
    if (status === 400 || status === 413) throw new Refused(answer);
    throw new Error(answer);
  }

  return {
    name: 'web-push',
    channel: 'PUSH',
    personal: true,
    outages: { failuresToOpen: 1, costAttempts: false },
    targets: listTargets,
    async open(on, parcel, targetId) {
      const { organizationId, userId } = parcel.delivery;
      const found = targetId && (await findSubscription(on, organizationId, userId, targetId));
      if (!found) return 'The browser’s subscription or its session has ended.';
      return {
        provider: new URL(found.endpoint).host,
        async send(signal) {
          const remove = () => removeSubscription(database, organizationId, targetId);
          try {
            await send(parcel, found, remove, signal);
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

function cut(text: string, max: number): string {
  const characters = Array.from(text);
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
}
