/** The object types of each interface and union. */
export const possibleTypes: Readonly<Record<string, string[]>> = {
  "ChannelEvent": [
    "ChannelJoined",
    "ChannelReset",
    "LessonChanged",
    "MessageSent",
    "NotificationAdded",
    "NotificationsRead",
    "ReadMarkerMoved"
  ],
  "ChatEvent": [
    "ChannelJoined",
    "ChannelReset",
    "MessageSent"
  ],
  "InboxEvent": [
    "ChannelJoined",
    "ChannelReset",
    "ReadMarkerMoved",
    "RoomActivity"
  ],
  "LessonEvent": [
    "ChannelJoined",
    "ChannelReset",
    "LessonChanged"
  ],
  "Node": [
    "ChatMessage",
    "ChatRoom",
    "Classroom",
    "DeadLetter",
    "Lesson",
    "LessonSeries",
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
  "presenceEvents"
];
