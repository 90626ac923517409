import { Counter } from 'prom-client';
import type { MetricsRegistry } from '../platform/metrics/registry.js';

/** What people do, rather than what the machine does. */
export interface SchoolMetrics {
  /** A message was written into a room of this kind. */
  messageSent(roomKind: string): void;
  /** A notification has reached its user on a channel. */
  notificationSent(channel: string): void;
}

const messageTypes = ['lesson', 'classroom', 'direct'] as const;
const channels = ['in_app', 'email', 'push', 'webhook'] as const;

/** Adds the counts of messages and notifications; every series is there from the start, so that rates are right. */
export function createSchoolMetrics(registry: MetricsRegistry): SchoolMetrics {
  const messages = new Counter({
    name: 'chat_messages_total',
    help: 'Chat messages that were written, by kind of room: lesson, classroom, or direct (of a tutor and a student).',
    labelNames: ['type'] as const,
    registers: [registry],
  });
  const notifications = new Counter({
    name: 'notifications_sent_total',
    help: 'Notifications that have reached their user or the provider, by channel.',
    labelNames: ['channel'] as const,
    registers: [registry],
  });
  for (const type of messageTypes) messages.inc({ type }, 0);
  for (const channel of channels) notifications.inc({ channel }, 0);
  return {
    messageSent: (kind) => messages.inc({ type: messageTypes.find((type) => type === kind) ?? 'direct' }),
    notificationSent: (channel) => notifications.inc({ channel: channel.toLowerCase() }),
  };
}
