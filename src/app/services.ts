import { ended } from '../channels/endings.js';
import type { Services } from '../graphql/context.js';
import { createTokenSigner } from '../modules/accounts/access-tokens.js';
import { createAttempts } from '../modules/accounts/attempts.js';
import { createCredentials } from '../modules/accounts/credentials.js';
import { createDevices } from '../modules/accounts/devices.js';
import { createInvitations } from '../modules/accounts/invitations.js';
import { createOneTimeLinks } from '../modules/accounts/one-time-links.js';
import { createPasswords } from '../modules/accounts/passwords.js';
import { createSalts } from '../modules/accounts/salts.js';
import { createAccountService, defaultOrganizationId } from '../modules/accounts/service.js';
import { createSessions } from '../modules/accounts/sessions.js';
import { createSignIn } from '../modules/accounts/sign-in.js';
import { createSignUp } from '../modules/accounts/sign-up.js';
import { isPem } from '../modules/accounts/token-keys.js';
import { createAvailabilityService, isAvailable } from '../modules/availability/service.js';
import { boardFrozenBy } from '../modules/boards/freeze.js';
import { createBoardService } from '../modules/boards/service.js';
import { createCalendarFeedService } from '../modules/calendar-feed/service.js';
import { leaveChats } from '../modules/chats/leave.js';
import { createRetentionService } from '../modules/chats/retention.js';
import { findRoomsOfPair } from '../modules/chats/room-store.js';
import { createMessageSearch } from '../modules/chats/search.js';
import { createChatService } from '../modules/chats/service.js';
import { createClassroomLeaving } from '../modules/classrooms/leave.js';
import { createClassroomService } from '../modules/classrooms/service.js';
import { createLessonLeaving } from '../modules/lessons/leave.js';
import { createLessonService } from '../modules/lessons/service.js';
import { createModerationService } from '../modules/moderation/service.js';
import { createAnnouncementService } from '../modules/notifications/announcements.js';
import { createDeadLetterService } from '../modules/notifications/dead-letters.js';
import { notificationSchemas } from '../modules/notifications/event-types/registry.js';
import { createPreferenceService } from '../modules/notifications/preferences/service.js';
import { createWebPushService } from '../modules/notifications/push/service.js';
import { createNotificationService } from '../modules/notifications/service.js';
import { createWebhookService } from '../modules/notifications/webhooks/service.js';
import { createPresenceService } from '../modules/presence/service.js';
import { createPrivacyService } from '../modules/privacy/service.js';
import { createRelationService } from '../modules/relations/service.js';
import { createRoomExportService } from '../modules/room-exports/service.js';
import { createSeriesService } from '../modules/series/service.js';
import { createDeadLetters } from '../queue/dead-letters.js';
import { createNotificationQueue } from '../queue/queue.js';
import { asError } from '../shared/errors.js';
import type { Foundation } from './foundation.js';
import { classroomRooms, roomAccessLost } from './room-channels.js';

/** Every service, made of what it needs: the one place that knows them all. */
export function createServices({
  database,
  channels,
  signals,
  clock,
  secret,
  vapid,
  outbound,
  createLimiter,
  config,
  logger,
  metrics,
}: Foundation): Services {
  const secrets = secretsOf({ secret, config });
  const queue = createNotificationQueue({ database, signals, schemas: notificationSchemas });
  const sessions = createSessions({
    database,
    clock,
    signer: createTokenSigner({ current: config.jwtPrivateKey ?? secret, previous: config.jwtPreviousKeys }),
    refreshSecrets: secrets,
    endSockets: async (tx, sessionId) => {
      await channels.append(tx, [ended('session', sessionId)]);
    },
  });
  const passwords = createPasswords({ niceness: config.passwordNiceness });
  const links = createOneTimeLinks(secrets);
  const attempts = createAttempts(createLimiter, config.attemptLimits);
  const devices = createDevices({ clock, queue, secret });
  const invitations = createInvitations({ database, clock, queue, links });
  const means = { database, clock, passwords, sessions, devices, queue, defaultOrganizationId };
  const accounts = createAccountService({
    ...{ database, sessions, invitations, passwords, attempts },
    credentials: createCredentials({
      ...{ ...means, links },
      onPasswordReplaced: (tx, owner) => calendarFeeds.end(tx, owner),
    }),
    signIn: createSignIn({ ...means, attempts }),
    signUp: createSignUp({
      ...{ ...means, invitations, saltOf: createSalts(secret) },
      onStudentJoined: (tx, joined) => relations.joined(tx, joined),
    }),
  });
  const relations = createRelationService({
    database,
    channels,
    queue,
    clock,
    accounts,
    accessLostOnEnd: async (tx, relation) => {
      const people = [relation.tutorId, relation.studentId];
      return roomAccessLost(await findRoomsOfPair(tx, relation), people, null);
    },
  });
  const availability = createAvailabilityService({ database, clock, accounts });
  const lessons = createLessonService({
    ...{ database, channels, queue, clock, accounts, relations },
    isAvailable,
    alsoTold: boardFrozenBy,
  });
  const series = createSeriesService({
    ...{ database, channels, queue, clock, accounts, relations, lessons },
    alsoTold: boardFrozenBy,
  });
  const classrooms = createClassroomService({ database, channels, queue, accounts, rooms: classroomRooms });
  const { unreadMessageDelaySeconds, publicUrl } = config;
  const chats = createChatService({
    database,
    channels,
    unreadMessageDelaySeconds,
    onMention: queue.wake,
    onSent: metrics.school.messageSent,
    onError: (error) => logger.warn({ err: asError(error) }, 'activity in a room could not be told'),
  });
  const messageRetention = createRetentionService({ database, clock });
  const moderation = createModerationService({ database, clock, queue, accounts, chats });
  const boards = createBoardService({ database, channels, signals });
  const messageSearch = createMessageSearch({ database, clock, requireRoom: chats.requireRoom });
  const roomExports = createRoomExportService({ database, clock, publicUrl, requireRoom: chats.requireRoom });
  const presence = createPresenceService({
    database,
    channels,
    signals,
    ...{ requireRoom: chats.requireRoom, requireWritableRoom: chats.requireWritableRoom },
    onError: (error) => logger.warn({ err: asError(error) }, 'presence could not be told'),
  });
  const calendarFeeds = createCalendarFeedService({ database, clock, secret, publicUrl });
  const notifications = createNotificationService({ database, channels, queue });
  const leavings = [
    createLessonLeaving({ queue, clock, alsoTold: boardFrozenBy }),
    relations.leave,
    createClassroomLeaving(classroomRooms),
    leaveChats,
  ];
  const privacy = createPrivacyService({ database, channels, clock, accounts, leavings });
  const notificationPreferences = createPreferenceService(database);
  const webPush = createWebPushService({ database, outbound, publicKey: vapid.publicKey });
  const webhooks = createWebhookService(database, outbound);
  const deadLetters = createDeadLetterService(createDeadLetters({ database, signals }));
  const announcements = createAnnouncementService({ database, queue });
  return {
    ...{
      accounts,
      relations,
      availability,
      lessons,
      series,
      classrooms,
      chats,
      boards,
      calendarFeeds,
      notifications,
      privacy,
    },
    ...{
      presence,
      messageSearch,
      messageRetention,
      moderation,
      roomExports,
      notificationPreferences,
      webPush,
      webhooks,
      deadLetters,
      announcements,
    },
  };
}

/**
 * The secrets that tokens, links and seals are made with, the present one first. A rotation changes what new ones are
 * made with; those of before are taken until they end.
 */
export function secretsOf({ secret, config }: Pick<Foundation, 'secret' | 'config'>): [string, ...string[]] {
  return [secret, ...config.jwtPreviousKeys.filter((key) => !isPem(key))];
}
