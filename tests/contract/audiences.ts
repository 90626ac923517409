import type { Role } from '../../src/shared/viewer.js';

/** How somebody stands to an object of a school: the kinds of viewers of the matrix. */
export const viewers = [
  'self',
  'counterpart',
  'colleague',
  'classmate',
  'admin',
  'owner',
  'foreign admin',
  'foreign tutor',
  'foreign student',
  'nobody',
] as const;
export type ViewerKind = (typeof viewers)[number];

const self = ['self'] as const;
const parties = ['self', 'counterpart'] as const;
const admins = ['admin', 'owner'] as const;
const partiesAndAdmins = [...parties, ...admins] as const;
const selfAndAdmins = [...self, ...admins] as const;
const school = [...parties, 'colleague', 'classmate', ...admins] as const;

/** Who sees an object, and which of its fields fewer of them see. */
export interface ObjectAudience {
  readonly seenBy: readonly ViewerKind[];
  /** What anyone else is told. */
  readonly otherwise: string;
  /** Every field: `seen` by whoever sees the object, or by these alone; to the others it is null. */
  readonly fields: Readonly<Record<string, 'seen' | readonly ViewerKind[]>>;
}

const seen = (names: string) => Object.fromEntries(names.split(' ').map((name) => [name, 'seen' as const]));

/** Every object that has an id: who sees which field. The test reads each field as each kind of viewer. */
export const objects: Readonly<Record<string, ObjectAudience>> = {
  Organization: {
    seenBy: school,
    otherwise: 'NOT_FOUND',
    fields: seen('id name createdAt messageRetentionDays'),
  },
  User: {
    seenBy: partiesAndAdmins,
    otherwise: 'USER_NOT_FOUND',
    fields: {
      ...seen('id displayName role timeZone locale organization createdAt cancellationWindowMinutes'),
      email: selfAndAdmins,
      emailVerified: selfAndAdmins,
      plan: selfAndAdmins,
    },
  },
  Session: {
    seenBy: self,
    otherwise: 'SESSION_NOT_FOUND',
    fields: seen('id createdAt lastUsedAt userAgent current'),
  },
  Invitation: {
    seenBy: ['self', 'admin', 'owner'],
    otherwise: 'INVITATION_NOT_FOUND',
    fields: seen('id email role inviter createdAt expiresAt'),
  },
  TutorStudentRelation: {
    seenBy: partiesAndAdmins,
    otherwise: 'RELATION_NOT_FOUND',
    fields: { ...seen('id tutor student status createdAt endedAt'), chat: parties },
  },
  Lesson: {
    seenBy: partiesAndAdmins,
    otherwise: 'LESSON_NOT_FOUND',
    fields: {
      ...seen(
        'id title tutor student startsAt endsAt status version notes cancellation noShowParty eventCursor',
      ),
      ...seen('createdAt updatedAt series attendance cancellationWindowMinutes history'),
      chat: parties,
      board: parties,
    },
  },
  // Of a tutor and one member; who else is or was in it stands in tests/api/room-matrix.test.ts.
  Classroom: {
    seenBy: partiesAndAdmins,
    otherwise: 'CLASSROOM_NOT_FOUND',
    fields: {
      ...seen('id name tutor memberCount members coTutors archivedAt createdAt'),
      viewerRole: parties,
      chat: parties,
      board: parties,
    },
  },
  ChatRoom: {
    seenBy: parties,
    otherwise: 'ROOM_NOT_FOUND',
    fields: seen('id roomId messages unreadCount eventCursor'),
  },
  ChatMessage: {
    seenBy: parties,
    otherwise: 'MESSAGE_NOT_FOUND',
    fields: seen(
      'id roomId sequence version author body replyTo createdAt editedAt deletedAt reactions deletedBy removedBySchool mentions',
    ),
  },
  // Of a message of the counterpart's, by `self`.
  MessageReport: {
    seenBy: ['admin', 'owner', 'self'],
    otherwise: 'REPORT_NOT_FOUND',
    fields: {
      ...seen('id messageId roomId author body sentAt reporter reason comment createdAt state resolvedAt'),
      resolvedBy: admins,
      note: admins,
    },
  },
  Board: {
    seenBy: parties,
    otherwise: 'BOARD_NOT_FOUND',
    fields: seen('id roomId revision elements frozen eventCursor'),
  },
  Notification: {
    seenBy: self,
    otherwise: 'NOTIFICATION_NOT_FOUND',
    fields: seen('id type title body subject createdAt readAt'),
  },
  LessonSeries: {
    seenBy: partiesAndAdmins,
    otherwise: 'SERIES_NOT_FOUND',
    fields: seen('id rrule timeZone localStart durationMinutes lessons'),
  },
  // Of a notification to `self`, who is not told that it failed.
  DeadLetter: {
    seenBy: admins,
    otherwise: 'DEAD_LETTER_NOT_FOUND',
    fields: seen('id eventType channel attempts errors failedAt'),
  },
  WebhookEndpoint: {
    seenBy: admins,
    otherwise: 'WEBHOOK_ENDPOINT_NOT_FOUND',
    fields: seen('id url events enabled createdAt'),
  },
  RoomExport: {
    seenBy: self,
    otherwise: 'NOT_FOUND',
    fields: seen('id roomId format lastSequence exportedSequence createdAt expiresAt startedAt finishedAt'),
  },
};

/**
 * What has no id of its own, with its fields: parts of an object, which are seen with it, pages, payloads of mutations
 * and events, which hold what their reader may see anyway. A field that holds more belongs into a test of its own.
 */
export const parts: Readonly<Record<string, string>> = {
  PageInfo: 'hasNextPage hasPreviousPage startCursor endCursor',
  // Of the viewer alone, behind what the roots below say.
  AccountExportPayload: 'createdAt data',
  AuditEntry: 'sequence occurredAt actor action subject detail',
  AuthPayload: 'user accessToken accessTokenExpiresAt refreshToken',
  Availability: 'timeZone windows exceptions',
  AvailabilityException: 'date from to available',
  AvailabilityWindow: 'weekday from to',
  CalendarFeed: 'url',
  LessonAttendance: 'user from to',
  LessonCancellation: 'by at reason late',
  LessonHistoryEntry: 'at by change from to',
  MessageSnippet: 'text highlights',
  NotificationPreference: 'type channel enabled',
  NotificationPreferences: 'preferences quietHours digest',
  QueueStats: 'pending processing completed failed skipped cancelled oldestPendingSeconds',
  QuietHours: 'from to',
  ReactionCount: 'emoji count userIds',
  TextRange: 'start length',
  TimeSlot: 'startsAt endsAt',
  BoardElement: 'id kind data revision author',
  // Pages.
  AuditEntryConnection: 'edges pageInfo',
  InvitationConnection: 'edges pageInfo',
  ChatMessageConnection: 'edges pageInfo',
  ChatRoomConnection: 'edges pageInfo eventCursor',
  ClassroomConnection: 'edges pageInfo',
  DeadLetterConnection: 'edges pageInfo',
  MessageReportConnection: 'edges pageInfo',
  LessonConnection: 'edges pageInfo eventCursor',
  LessonHistoryConnection: 'edges pageInfo',
  NotificationConnection: 'edges pageInfo unreadCount eventCursor',
  TutorStudentRelationConnection: 'edges pageInfo',
  UserConnection: 'edges pageInfo',
  AuditEntryEdge: 'cursor node',
  InvitationEdge: 'cursor node',
  ChatMessageEdge: 'cursor node snippet',
  ChatRoomEdge: 'cursor node',
  ClassroomEdge: 'cursor node',
  DeadLetterEdge: 'cursor node',
  MessageReportEdge: 'cursor node',
  LessonEdge: 'cursor node',
  LessonHistoryEdge: 'cursor node',
  NotificationEdge: 'cursor node',
  TutorStudentRelationEdge: 'cursor node',
  UserEdge: 'cursor node',
  // Payloads.
  AvailabilityPayload: 'availability',
  BoardPayload: 'board',
  UndoBoardOperationsPayload: 'board keptElementIds',
  CalendarFeedPayload: 'calendarFeed',
  CancellationPolicyPayload: 'tutor',
  ChatMessagePayload: 'message',
  ClassroomPayload: 'classroom',
  ChatRoomPayload: 'room',
  CountPayload: 'count',
  InvitationPayload: 'invitation',
  LessonPayload: 'lesson',
  LessonSeriesPayload: 'series skipped',
  LessonsPayload: 'lessons',
  MessageReportPayload: 'report',
  NotificationDefaultsPayload: 'preferences',
  NotificationPreferencesPayload: 'preferences',
  NotificationsPayload: 'notifications unreadCount',
  OkPayload: 'ok',
  OrganizationPayload: 'organization',
  RelationPayload: 'relation',
  RoomExportPayload: 'export url',
  UserPayload: 'user',
  WebhookEndpointPayload: 'endpoint secret',
  // Events.
  BoardChanged: 'cursor occurredAt boardId revision kind opId undoes by elementId element',
  BoardPointer: 'userId x y',
  BoardPointers: 'pointers',
  BoardFrozen: 'cursor occurredAt boardId',
  ChannelJoined: 'cursor occurredAt',
  ChannelReset: 'cursor occurredAt reason',
  LessonChanged: 'cursor occurredAt change lesson',
  MessageSent: 'cursor occurredAt message',
  MessageEdited: 'cursor occurredAt message',
  MessageDeleted: 'cursor occurredAt message',
  ReactionsChanged: 'cursor occurredAt message',
  MembershipChanged: 'cursor occurredAt roomId member',
  ReadMarkerMoved: 'cursor occurredAt roomId upToSequence unreadCount',
  RoomActivity: 'roomId',
  NotificationAdded: 'cursor occurredAt notification unreadCount',
  NotificationsRead: 'cursor occurredAt ids unreadCount',
  Presence: 'userId online typing lastSeenAt',
  SocketPayload: 'expiresAt',
  PresenceSnapshot: 'present',
  PresenceChanged: 'presence',
};

/** Who may ask for something at all; whose objects they get is shown above, and by the tests of the feature. */
export type RootAudience = 'public' | 'signed in' | readonly Role[];

const admin: readonly Role[] = ['OWNER', 'ADMIN'];
const tutor: readonly Role[] = ['TUTOR'];
const student: readonly Role[] = ['STUDENT'];
const each = (names: string, audience: RootAudience) =>
  Object.fromEntries(names.split(' ').map((name) => [name, audience]));

/** Every field of Query, Mutation and Subscription. The test asks for each as each role, and as nobody. */
export const roots: Readonly<Record<string, RootAudience>> = {
  ...each('viewer signUp signIn refreshSession requestPasswordReset resetPassword verifyEmail', 'public'),

  ...each('sessions node nodes users tutorStudentRelations lesson lessons rooms notifications', 'signed in'),
  ...each(
    'availability freeSlots calendarFeed notificationPreferences webPushPublicKey searchMessages',
    'signed in',
  ),
  ...each('classroom classrooms board roomExport createRoomExport', 'signed in'),
  ...each(
    'signOut revokeSession authenticateSocket updateProfile changePassword requestEmailVerification',
    'signed in',
  ),
  ...each('exportAccount deleteAccount', 'signed in'),
  ...each('acceptInvitation declineInvitation endTutorStudentRelation', 'signed in'),
  ...each('updateLesson cancelLesson rescheduleLesson acceptLessonRequest declineLessonRequest', 'signed in'),
  ...each(
    'startLesson completeLesson markLessonNoShow joinLesson leaveLesson correctLessonOutcome',
    'signed in',
  ),
  ...each('sendMessage editMessage deleteMessage addReaction removeReaction markRead setTyping', 'signed in'),
  ...each('reportMessage', 'signed in'),
  ...each('addClassroomMember removeClassroomMember leaveClassroom archiveClassroom', 'signed in'),
  ...each('renameClassroom setClassroomMemberRole', 'signed in'),
  ...each('applyBoardOperations undoBoardOperations moveBoardPointer rotateCalendarFeed', 'signed in'),
  ...each('markNotificationsRead markAllNotificationsRead updateNotificationPreferences', 'signed in'),
  ...each('registerPushSubscription', 'signed in'),
  ...each(
    'lessonEvents chatEvents inboxEvents boardEvents boardPointers notificationEvents presenceEvents',
    'signed in',
  ),

  ...each('inviteStudent scheduleLesson scheduleLessons scheduleLessonSeries', tutor),
  ...each('setAvailability setCancellationPolicy createClassroom', tutor),
  ...each('requestLesson', student),
  // A tutor invites students; what an admin invites besides is in the test of invitations.
  ...each('createInvitation', ['OWNER', 'ADMIN', 'TUTOR']),
  ...each('invitations revokeInvitation', 'signed in'),

  ...each('auditLog setUserPlan notificationQueueStats notificationDeadLetters', admin),
  ...each('messageReports resolveMessageReport setMessageRetention', admin),
  ...each('retryDeadLetters discardDeadLetters sendNotifications', admin),
  ...each('notificationDefaults updateNotificationDefaults', admin),
  ...each('webhookEndpoints createWebhookEndpoint rotateWebhookSecret deleteWebhookEndpoint', admin),
};
