import type { Mailer } from '../../platform/mail/mailer.js';
import type { HandlerMap } from '../../queue/handler.js';
import type { AttachmentsOf } from './calendar-attachments.js';
import { createEmailDelivery } from './deliver-email.js';
import type { notificationSchemas } from './event-types/registry.js';
import { createExpander, type ExpandOptions, type OnSent } from './expand.js';

/** What the worker's side of notifications is made of. */
export interface NotificationHandlerOptions extends Omit<ExpandOptions, 'onSent'> {
  readonly mailer: Mailer;
  readonly onSent?: OnSent;
  /** What goes along with a mail; nothing unless told. */
  readonly attachmentsOf?: AttachmentsOf;
}

/** The handlers for the queue's worker: every event is expanded, and each channel delivers. */
export function createNotificationHandlers(
  options: NotificationHandlerOptions,
): HandlerMap<typeof notificationSchemas> {
  const { database, channels, queue, mailer, onSent = () => {}, attachmentsOf = async () => [] } = options;
  return {
    '*': createExpander({ database, channels, queue, onSent }),
    '*:EMAIL': createEmailDelivery({ database, mailer, onSent, attachmentsOf }),
  };
}
