import { readFileSync } from 'node:fs';
import type * as graphql from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { own } from './own.js';

const { buildSchema, concatAST, parse, print, separateOperations } = own('graphql') as typeof graphql;

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** What the client in client/ subscribes to for a chat, with all its fragments. */
export const query = print(
  separateOperations(
    concatAST([
      parse(file('client/operations/chats.graphql')),
      parse(file('client/operations/fragments.graphql')),
    ]),
  )['ChatEvents'] as ReturnType<typeof parse>,
);

const author = {
  id: 'VXNlcjowMTkzYTBiMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA',
  displayName: 'Olena Kovalenko',
  role: 'TUTOR',
};

/** A message, as it is answered: all members in the order in which the query asks for them. */
export function messageSent(sequence: number) {
  return {
    __typename: 'MessageSent',
    cursor: `Y2hhdDowMTkzYTBiMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA6${sequence}`,
    occurredAt: '2026-01-01T12:00:00.000Z',
    message: {
      id: 'Q2hhdE1lc3NhZ2U6MDE5M2EwYjAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw',
      version: 1,
      roomId: 'TGVzc29uOjAxOTNhMGIwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA',
      sequence,
      body: 'Did you look at the exercises? The third one is hard, we begin with it tomorrow.',
      createdAt: '2026-01-01T12:00:00.000Z',
      editedAt: null,
      deletedAt: null,
      reactions: [],
      author,
      mentions: [],
      replyTo: null,
    },
  };
}

/** The first item of a subscription, which says that it is live. */
export const joined = {
  __typename: 'ChannelJoined',
  cursor: 'Y2hhdDowMTkzYTBiMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA6MA',
  occurredAt: '2026-01-01T12:00:00.000Z',
};

type Subscribe = (
  room: string,
  context: { readonly viewer?: { readonly userId: string } },
) => AsyncIterable<unknown>;

/** Lectern's own schema as a document, with resolvers that do nothing: the same for both GraphQL contenders. */
export function schemaOf(subscribe: Subscribe): GraphQLSchema {
  const schema = buildSchema(file('schema.graphql'));
  const field = schema.getSubscriptionType()?.getFields()['chatEvents'];
  if (!field) throw new Error('the schema has no chatEvents');
  field.subscribe = (_root, { roomId }, context) => subscribe(roomId, context);
  field.resolve = (item) => item;
  return schema;
}
