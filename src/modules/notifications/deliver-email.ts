import type { Database } from '../../platform/database/database.js';
import { type Mailer, MailRejected } from '../../platform/mail/mailer.js';
import type { HandlerContext } from '../../queue/handler.js';
import type { QueueItem } from '../../queue/item.js';
import { type HandlerOutcome, PermanentFailure } from '../../queue/outcome.js';
import { decodeAnyId } from '../../shared/ids.js';
import type { AttachmentsOf } from './calendar-attachments.js';
import { type Delivery, findDelivery } from './delivery-store.js';
import { deliveryPayload, type Told } from './event-types/definition.js';
import { eventTypeOf, textOf } from './event-types/registry.js';
import type { OnSent } from './expand.js';
import { mailTextOf } from './mail-text.js';

export interface DeliverEmailOptions {
  readonly database: Database;
  readonly mailer: Mailer;
  readonly onSent: OnSent;
  readonly attachmentsOf: AttachmentsOf;
}

/**
 * Creates the handler that sends a notification by e-mail: at least once, with the same Message-ID should it be sent
 * again. What it is about is checked just before.
 */
export function createEmailDelivery({ database, mailer, onSent, attachmentsOf }: DeliverEmailOptions) {
  /** Why the mail must not be sent any more; null when it may be. */
  async function obsolete(delivery: Delivery): Promise<string | null> {
    const type = eventTypeOf(delivery.type);
    const subject = delivery.subject === null ? null : decodeAnyId(delivery.subject);
    if (!type || !subject)
      throw new PermanentFailure(`A "${delivery.type}" cannot be checked by this release.`);
    const told: Told = { ...delivery, subjectId: subject.uuid };
    return type.obsolete(database, told);
  }

  return async function deliver(item: QueueItem, { signal }: HandlerContext): Promise<HandlerOutcome> {
    const { notificationId } = deliveryPayload.parse(item.payload);
    const delivery = await findDelivery(database, item.organizationId, notificationId);
    if (!delivery) return { kind: 'skipped', reason: 'The notification is gone.' };
    const reason = await obsolete(delivery);
    if (reason) return { kind: 'skipped', reason };
    const text = textOf(delivery.type, delivery.data, delivery);
    const attachments = await attachmentsOf(database, delivery);
    const mail = { to: delivery.email, ...mailTextOf(text, delivery), messageId: item.id, attachments };
    try {
      await mailer.send(mail, signal);
    } catch (error) {
      if (error instanceof MailRejected) throw new PermanentFailure(error.message, { cause: error });
      throw error;
    }
    onSent('EMAIL');
    return { kind: 'completed' };
  };
}
