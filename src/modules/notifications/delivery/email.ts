import type { Queryable } from '../../../platform/database/database.js';
import {
  type Mail,
  type MailAttachment,
  type Mailer,
  MailRejected,
  MailServerDown,
} from '../../../platform/mail/mailer.js';
import type { Delivery } from '../delivery-store.js';
import type { Text } from '../event-types/definition.js';
import { digestTextOf, mailTextOf } from '../mail-text.js';
import { type ChannelAdapter, ProviderDown, Refused, type Shipment } from './adapter.js';
import { allTypes, type UnsubscribeLinks } from './unsubscribe-links.js';

/** E-mail, one by one or as a digest. */
export interface EmailAdapter extends ChannelAdapter {
  digest(id: string, reader: Delivery, entries: readonly Text[]): Shipment;
}

/** What goes along with the mail of a notification. */
export type AttachmentsOf = (on: Queryable, delivery: Delivery) => Promise<readonly MailAttachment[]>;

export interface EmailAdapterOptions {
  readonly mailer: Mailer;
  readonly links: UnsubscribeLinks;
  /** Nothing unless told. */
  readonly attachmentsOf?: AttachmentsOf;
}

/** Creates the channel EMAIL over a mailer. What can be turned off carries the link that does so at once. */
export function createEmailAdapter({
  mailer,
  links,
  attachmentsOf = async () => [],
}: EmailAdapterOptions): EmailAdapter {
  function shipmentOf(mail: Mail): Shipment {
    return {
      provider: 'smtp',
      async send(signal) {
        try {
          await mailer.send(mail, signal);
        } catch (error) {
          if (error instanceof MailRejected) throw new Refused(error.message, { cause: error });
          if (error instanceof MailServerDown) throw new ProviderDown(error.message, { cause: error });
          throw error;
        }
      },
    };
  }

  return {
    name: 'smtp',
    channel: 'EMAIL',
    personal: true,
    // Not to reach our own mail server says nothing about a mail.
    outages: { failuresToOpen: 1, costAttempts: false },
    targets: async (_on, { userIds }) => userIds.map((userId) => ({ userId, targetId: null })),
    async open(on, { id, delivery, text, critical }) {
      const { email, userId, type } = delivery;
      const unsubscribeUrl = critical ? null : links.urlOf({ userId, type });
      const content = mailTextOf(text, delivery, unsubscribeUrl);
      const attachments = await attachmentsOf(on, delivery);
      return shipmentOf({ to: email, ...content, messageId: id, unsubscribeUrl, attachments });
    },
    digest(id, reader, entries) {
      const unsubscribeUrl = links.urlOf({ userId: reader.userId, type: allTypes });
      const content = digestTextOf(entries, reader, unsubscribeUrl);
      return shipmentOf({ to: reader.email, ...content, messageId: id, unsubscribeUrl });
    },
  };
}
