/** The measured part of Lectern's schema: the same names, for servers that take a schema as text. */
export const typeDefs = `
  scalar DateTime
  enum LessonStatus { REQUESTED SCHEDULED IN_PROGRESS COMPLETED CANCELLED DECLINED EXPIRED NO_SHOW }
  type User { id: ID! displayName: String! }
  type Lesson {
    id: ID!
    title: String!
    status: LessonStatus!
    startsAt: DateTime!
    endsAt: DateTime!
    version: Int!
    notes: String
    tutor: User!
    student: User!
    chat: ChatRoom
  }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! }
  type LessonEdge { node: Lesson! }
  type LessonConnection { edges: [LessonEdge!]! pageInfo: PageInfo! }
  type ChatMessage { id: ID! sequence: Int! body: String createdAt: DateTime! author: User! }
  type ChatMessageEdge { node: ChatMessage! }
  type ChatMessageConnection { edges: [ChatMessageEdge!]! pageInfo: PageInfo! }
  type ChatRoom { messages(last: Int): ChatMessageConnection! }
  type ChatMessagePayload { message: ChatMessage! }
  input SendMessageInput { roomId: ID! body: String! clientMessageId: String }
  type Query {
    lessons(first: Int): LessonConnection!
    lesson(id: ID!): Lesson
  }
  type Mutation { sendMessage(input: SendMessageInput!): ChatMessagePayload! }
`;
