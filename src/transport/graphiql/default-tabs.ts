/** One tab of GraphiQL as a new reader finds it. */
export interface GraphiqlTab {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
}

const upcomingLessons = `# Welcome to Lectern.
# Sign in above, then press Ctrl-Enter.
# The book on the left explains every field.
query UpcomingLessons {
  viewer {
    id
    displayName
    role
    timeZone
  }
  lessons(
    filter: { status: [REQUESTED, SCHEDULED] }
    first: 10
  ) {
    edges {
      node {
        id
        title
        status
        startsAt
        endsAt
        version
        tutor { displayName }
        student { displayName }
        chat { roomId unreadCount }
      }
    }
    pageInfo { hasNextPage endCursor }
    # Pass this to lessonEvents as "after",
    # and no change in between is missed.
    eventCursor
  }
}
`;

const lessonEvents = `# Watches all your lessons until you stop it;
# the latest event is shown.
# To see one, open a second window, sign in
# as somebody else and change a shared lesson.
subscription LessonEvents {
  lessonEvents {
    __typename
    ... on ChannelEvent { cursor occurredAt }
    ... on LessonChanged {
      change
      lesson { id title status startsAt endsAt version }
    }
    ... on ChannelReset { reason }
  }
}
`;

const chatEvents = `# Put a roomId of the first tab into the
# variables, run this, and send a message
# from a second window.
subscription ChatEvents($roomId: ID!) {
  chatEvents(roomId: $roomId) {
    __typename
    ... on ChannelEvent { cursor occurredAt }
    ... on MessageSent { message { ...Message } }
    ... on ChannelReset { reason }
  }
}

fragment Message on ChatMessage {
  id
  sequence
  author { displayName }
  body
  editedAt
  deletedAt
}
`;

const sendMessage = `# Add a clientMessageId of your own choice, and
# sending again gives the same message.
mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id sequence body createdAt }
  }
}
`;

/** The tabs of a first visit: who am I and what comes next, two subscriptions, and a mutation that feeds one. */
export const defaultTabs: readonly GraphiqlTab[] = [
  { query: upcomingLessons },
  { query: lessonEvents },
  { query: chatEvents, variables: json({ roomId: '' }) },
  {
    query: sendMessage,
    variables: json({ input: { roomId: '', body: 'Добрий день!' } }),
  },
];

function json(variables: object): string {
  return JSON.stringify(variables, null, 2);
}
