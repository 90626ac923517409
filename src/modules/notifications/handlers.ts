import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logger.js';
import type { HandlerMap } from '../../queue/handler.js';
import type { ChannelAdapter } from './delivery/adapter.js';
import { createDelivery, recordHidden } from './delivery/deliver.js';
import { createDigest } from './delivery/digest.js';
import { createDispatch } from './delivery/dispatch.js';
import type { EmailAdapter } from './delivery/email.js';
import type { notificationSchemas } from './event-types/registry.js';
import { createExpander, type ExpandOptions, type OnSent } from './expand.js';

/** What the worker's side of notifications is made of. */
export interface NotificationHandlerOptions extends Omit<ExpandOptions, 'onSent' | 'adapters'> {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly email: EmailAdapter;
  /** The other ways out of the application. */
  readonly adapters?: readonly ChannelAdapter[];
  readonly onSent?: OnSent;
}

/** The handlers for the queue's worker: every event is expanded, each channel delivers, digests are gathered. */
export function createNotificationHandlers(
  options: NotificationHandlerOptions,
): HandlerMap<typeof notificationSchemas> {
  const { database, channels, queue, clock, logger, email, onSent = () => {} } = options;
  const adapters = [email, ...(options.adapters ?? [])];
  const dispatch = createDispatch(clock, logger);
  const digest = createDigest({ database, queue, clock, email, dispatch, onSent });
  const delivery = { database, clock, adapters, dispatch, digest, onSent };
  return {
    '*': createExpander({ database, channels, queue, adapters, onSent }),
    '*:IN_APP': recordHidden,
    '*:EMAIL': createDelivery('EMAIL', delivery),
    '*:PUSH': createDelivery('PUSH', delivery),
    '*:WEBHOOK': createDelivery('WEBHOOK', delivery),
    'notification.digest:EMAIL': digest.send,
  };
}
