import type { Services } from '../graphql/context.js';
import { createTokenSigner } from '../modules/accounts/access-tokens.js';
import { createPasswords } from '../modules/accounts/passwords.js';
import { createAccountService } from '../modules/accounts/service.js';
import { createSessions } from '../modules/accounts/sessions.js';
import { chatAccessLost } from '../modules/chats/access.js';
import { createChatService } from '../modules/chats/service.js';
import { createLessonService } from '../modules/lessons/service.js';
import { createAnnouncementService } from '../modules/notifications/announcements.js';
import { createDeadLetterService } from '../modules/notifications/dead-letters.js';
import { notificationSchemas } from '../modules/notifications/event-types/registry.js';
import { createPreferenceService } from '../modules/notifications/preferences/service.js';
import { createWebPushService } from '../modules/notifications/push/service.js';
import { createNotificationService } from '../modules/notifications/service.js';
import { createWebhookService } from '../modules/notifications/webhooks/service.js';
import { createRelationService } from '../modules/relations/service.js';
import { createDeadLetters } from '../queue/dead-letters.js';
import { createNotificationQueue } from '../queue/queue.js';
import type { Foundation } from './foundation.js';

/** The signal that tells every API process to close the sockets of a session. */
export const sessionEndedTopic = 'session-ended';

/** Every service, made of what it needs: the one place that knows them all. */
export function createServices({
  database,
  channels,
  signals,
  clock,
  logger,
  secret,
  vapid,
  outbound,
  config,
}: Foundation): Services {
  const queue = createNotificationQueue({ database, signals, schemas: notificationSchemas });
  const sessions = createSessions({
    database,
    clock,
    logger: logger.child({ part: 'sessions' }),
    signer: createTokenSigner({ algorithm: 'HS256', secret }),
    refreshSecret: secret,
    onSessionEnded: async (sessionId) => signals.send(sessionEndedTopic, sessionId),
  });
  const accounts = createAccountService({ database, passwords: createPasswords(), sessions });
  const relations = createRelationService({
    database,
    channels,
    queue,
    clock,
    accounts,
    accessLostOnEnd: chatAccessLost,
  });
  const lessons = createLessonService({ database, channels, queue, clock, accounts, relations });
  const { unreadMessageDelaySeconds } = config;
  const chats = createChatService({ database, channels, unreadMessageDelaySeconds });
  const notifications = createNotificationService({ database, channels, queue });
  const notificationPreferences = createPreferenceService(database);
  const webPush = createWebPushService({ database, outbound, publicKey: vapid.publicKey });
  const webhooks = createWebhookService(database, outbound);
  const deadLetters = createDeadLetterService(createDeadLetters({ database, signals }));
  const announcements = createAnnouncementService({ database, queue });
  return {
    accounts,
    relations,
    lessons,
    chats,
    notifications,
    notificationPreferences,
    webPush,
    webhooks,
    deadLetters,
    announcements,
  };
}
