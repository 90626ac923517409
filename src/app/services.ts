import { ended } from '../channels/endings.js';
import type { Services } from '../graphql/context.js';
import { createTokenSigner } from '../modules/accounts/access-tokens.js';
import { createPasswords } from '../modules/accounts/passwords.js';
import { createAccountService } from '../modules/accounts/service.js';
import { createSessions } from '../modules/accounts/sessions.js';
import { chatAccessLost } from '../modules/chats/access.js';
import { createChatService } from '../modules/chats/service.js';
import { createLessonService } from '../modules/lessons/service.js';
import { notificationSchemas } from '../modules/notifications/event-types/registry.js';
import { createNotificationService } from '../modules/notifications/service.js';
import { createPresenceService } from '../modules/presence/service.js';
import { createRelationService } from '../modules/relations/service.js';
import { createNotificationQueue } from '../queue/queue.js';
import { asError } from '../shared/errors.js';
import type { Foundation } from './foundation.js';

/** Every service, made of what it needs: the one place that knows them all. */
export function createServices({
  database,
  channels,
  signals,
  clock,
  secret,
  config,
  logger,
}: Foundation): Services {
  const queue = createNotificationQueue({ database, signals, schemas: notificationSchemas });
  const sessions = createSessions({
    database,
    clock,
    signer: createTokenSigner({ algorithm: 'HS256', secret }),
    refreshSecret: secret,
    endSockets: async (tx, sessionId) => {
      await channels.append(tx, [ended('session', sessionId)]);
    },
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
  const chats = createChatService({
    database,
    channels,
    unreadMessageDelaySeconds,
    onError: (error) => logger.warn({ err: asError(error) }, 'activity in a room could not be told'),
  });
  const presence = createPresenceService({
    database,
    channels,
    signals,
    requireRoom: chats.requireRoom,
    onError: (error) => logger.warn({ err: asError(error) }, 'presence could not be told'),
  });
  const notifications = createNotificationService({ database, channels, queue });
  return { accounts, relations, lessons, chats, presence, notifications };
}
