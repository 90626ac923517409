import { type Mailer, MailRejected, MailServerDown } from '../../../platform/mail/mailer.js';
import type { Delivery } from '../delivery-store.js';
import type { Text } from '../event-types/definition.js';
import { digestTextOf, type MailText, mailTextOf } from '../mail-text.js';
import { type ChannelAdapter, ProviderDown, Refused, type Shipment } from './adapter.js';
import { allTypes, type UnsubscribeLinks } from './unsubscribe-links.js';

/** E-mail, one by one or as a digest. */
export interface EmailAdapter extends ChannelAdapter {
  digest(id: string, reader: Delivery, entries: readonly Text[]): Shipment;
}

const provider = 'smtp';

/** Creates the channel EMAIL over a mailer. What can be turned off carries the link that does so at once. */
export function createEmailAdapter(mailer: Mailer, links: UnsubscribeLinks): EmailAdapter {
  async function send(
    id: string,
    { email }: Delivery,
    content: MailText,
    unsubscribeUrl: string | null,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await mailer.send({ to: email, ...content, messageId: id, unsubscribeUrl }, signal);
    } catch (error) {
      if (error instanceof MailRejected) throw new Refused(error.message, { cause: error });
      if (error instanceof MailServerDown) throw new ProviderDown(error.message, { cause: error });
      throw error;
    }
  }

  return {
    name: 'smtp',
    channel: 'EMAIL',
    personal: true,
    // Not to reach our own mail server says nothing about a mail.
    outages: { failuresToOpen: 1, costAttempts: false },
    targets: async (_on, { userIds }) => userIds.map((userId) => ({ userId, targetId: null })),
    async open(_on, { id, delivery, text, critical }) {
      const url = critical ? null : links.urlOf({ userId: delivery.userId, type: delivery.type });
      return {
        provider,
        send: (signal) => send(id, delivery, mailTextOf(text, delivery, url), url, signal),
      };
    },
    digest(id, reader, entries) {
      const url = links.urlOf({ userId: reader.userId, type: allTypes });
      return {
        provider,
        send: (signal) => send(id, reader, digestTextOf(entries, reader, url), url, signal),
      };
    },
  };
}
