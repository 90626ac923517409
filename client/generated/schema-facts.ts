/** The object types of each interface and union. */
export const possibleTypes: Readonly<Record<string, string[]>> = {
  "BoardEvent": [
    "BoardChanged",
    "BoardFrozen",
    "ChannelJoined",
    "ChannelReset"
  ],
  "ChannelEvent": [
    "BoardChanged",
    "BoardFrozen",
    "ChannelJoined",
    "ChannelReset",
    "LessonChanged",
    "MembershipChanged",
    "MessageDeleted",
    "MessageEdited",
    "MessageSent",
    "NotificationAdded",
    "NotificationsRead",
    "ReactionsChanged",
    "ReadMarkerMoved"
  ],
  "ChatEvent": [
    "ChannelJoined",
    "ChannelReset",
    "MessageDeleted",
    "MessageEdited",
    "MessageSent",
    "ReactionsChanged"
  ],
  "InboxEvent": [
    "ChannelJoined",
    "ChannelReset",
    "MembershipChanged",
    "ReadMarkerMoved",
    "RoomActivity"
  ],
  "LessonEvent": [
    "ChannelJoined",
    "ChannelReset",
    "LessonChanged"
  ],
  "Node": [
    "Board",
    "ChatMessage",
    "ChatRoom",
    "Classroom",
    "DeadLetter",
    "Invitation",
    "Lesson",
    "LessonSeries",
    "MessageReport",
    "Notification",
    "Organization",
    "RoomExport",
    "Session",
    "TutorStudentRelation",
    "User",
    "WebhookEndpoint"
  ],
  "NotificationEvent": [
    "ChannelJoined",
    "ChannelReset",
    "NotificationAdded",
    "NotificationsRead"
  ],
  "PresenceEvent": [
    "PresenceChanged",
    "PresenceSnapshot"
  ]
};

/** The subscriptions without a history: a cut of theirs cannot be resumed, only begun anew. */
export const ephemeralSubscriptions: readonly string[] = [
  "boardPointers",
  "presenceEvents"
];
