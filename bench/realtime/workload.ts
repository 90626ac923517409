import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';

/** What an event is about; the same for all contenders. */
export interface Message {
  readonly id: string;
  readonly sequence: number;
  readonly body: string;
  readonly createdAt: string;
  readonly author: { readonly id: string; readonly displayName: string };
}

export const query = `subscription ($room: String!) { messageSent(room: $room) {
  id sequence body createdAt author { id displayName } } }`;

export function messageOf(sequence: number): Message {
  return {
    id: 'chatmessage_01kb0000000000000000000000',
    sequence,
    body: 'Did you look at the exercises? The third one is hard, we begin with it tomorrow.',
    createdAt: '2026-01-01T12:00:00.000Z',
    author: { id: 'user_01kb0000000000000000000000', displayName: 'Olena Kovalenko' },
  };
}

type Subscribe = (
  room: string,
  context: { readonly viewer?: { readonly userId: string } },
) => AsyncIterable<unknown>;

/** The schema of both GraphQL contenders. An event that is null comes first, and says that the subscription is live. */
export function schemaOf(subscribe: Subscribe): GraphQLSchema {
  const text = { type: new GraphQLNonNull(GraphQLString) };
  const Author = new GraphQLObjectType({ name: 'Author', fields: { id: text, displayName: text } });
  const MessageType = new GraphQLObjectType({
    name: 'Message',
    fields: {
      id: text,
      sequence: { type: new GraphQLNonNull(GraphQLInt) },
      body: text,
      createdAt: text,
      author: { type: new GraphQLNonNull(Author) },
    },
  });
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { ok: { type: GraphQLString } } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        messageSent: {
          type: MessageType,
          args: { room: text },
          subscribe: (_root, { room }, context) => subscribe(room, context),
          resolve: (event) => (event?.id ? event : null),
        },
      },
    }),
  });
}
