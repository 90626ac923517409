import { gql } from '@apollo/client';
import type { DocumentNode } from 'graphql';
import {
  ChatEventsDocument,
  LessonEventsDocument,
  NotificationEventsDocument,
  ViewerDocument,
} from '../../client/index.js';
import { readLiveOperation } from '../../client/live-operation.js';

it.each([
  ['chatEvents', ChatEventsDocument],
  ['lessonEvents', LessonEventsDocument],
  ['notificationEvents', NotificationEventsDocument],
] as const)('%s, as the client has it, can be resumed', (key, document) => {
  expect(readLiveOperation(document)).toEqual({ key, cursorVariable: 'after' });
});

it('events come under the alias, and the variable of the cursor may have any name', () => {
  const document = gql`
    subscription ($from: Cursor) { live: chatEvents(roomId: "r", after: $from) { ...Everything } }
    fragment Everything on ChatEvent { __typename ... on ChannelEvent { cursor } }
  `;
  expect(readLiveOperation(document)).toEqual({ key: 'live', cursorVariable: 'from' });
});

const refused: ReadonlyArray<readonly [string, DocumentNode, RegExp]> = [
  ['a query', ViewerDocument, /no subscription/],
  [
    'a subscription without a variable for its position',
    gql`subscription { chatEvents(roomId: "r") { __typename ... on ChannelEvent { cursor } } }`,
    /chatEvents cannot be resumed: pass a variable as its argument "after"/,
  ],
  [
    'a subscription whose events have no cursor',
    gql`subscription ($after: Cursor) { chatEvents(roomId: "r", after: $after) { __typename } }`,
    /cursor is missing/,
  ],
  [
    'a subscription of which only one event has a cursor',
    gql`
      subscription ($after: Cursor) {
        chatEvents(roomId: "r", after: $after) { __typename ... on MessageSent { cursor } }
      }
    `,
    /cursor is missing/,
  ],
  [
    'a subscription whose cursor comes under another name',
    gql`
      subscription ($after: Cursor) {
        chatEvents(roomId: "r", after: $after) { __typename ... on ChannelEvent { at: cursor } }
      }
    `,
    /cursor is missing/,
  ],
  [
    'a subscription whose events do not say their type',
    gql`
      subscription ($after: Cursor) { chatEvents(roomId: "r", after: $after) { ... on ChannelEvent { cursor } } }
    `,
    /__typename is missing/,
  ],
  [
    'a subscription of two fields',
    gql`
      subscription ($after: Cursor) {
        chatEvents(roomId: "r", after: $after) { __typename ... on ChannelEvent { cursor } }
        lessonEvents(after: $after) { __typename ... on ChannelEvent { cursor } }
      }
    `,
    /selects one field/,
  ],
];

it.each(refused)('%s is refused before anything is lost', (_, document, message) => {
  expect(() => readLiveOperation(document)).toThrow(message);
});
