import type { IdKind } from '../../src/shared/ids.js';
import type { Data } from './data.js';

/** Writes an id as a contender has it: Lectern's name their type, the others' are bare UUIDs. */
export type WriteId = (kind: IdKind, uuid: string) => string;

export type OperationName = 'memory' | 'lessons' | 'lesson' | 'messages' | 'send';

/** One piece of work that everybody does. */
export interface Operation {
  readonly name: OperationName;
  readonly title: string;
  /** In the document, which is how plain HTTP tells them apart. */
  readonly operationName: string;
  readonly document: string;
  readonly source: 'memory' | 'database';
  /** Whether each connection keeps to its own request, because it writes into a room of its own. */
  readonly ownBody: boolean;
  /** The variable that says how many rows there are to be. */
  readonly sized?: 'first' | 'last';
  /** Of the requests that take turns; `place` is that of the contender. */
  variables(data: Data, writeId: WriteId, place: number): readonly Readonly<Record<string, unknown>>[];
}

const person = 'id displayName';

const lessonsDocument = `query Lessons($first: Int) {
  lessons(first: $first) {
    edges { node { id title status startsAt endsAt tutor { ${person} } student { ${person} } } }
    pageInfo { hasNextPage hasPreviousPage }
  }
}`;

const lessons = {
  ...{ operationName: 'Lessons', document: lessonsDocument, ownBody: false, sized: 'first' },
} as const;

export const operations: readonly Operation[] = [
  {
    ...lessons,
    name: 'memory',
    title: 'Query from memory: 16 lessons with tutor and student, 5 KB, no database',
    source: 'memory',
    variables: () => [{ first: 16 }],
  },
  {
    ...lessons,
    name: 'lessons',
    title: 'Lesson list: the first 20 with tutor and student',
    source: 'database',
    variables: () => [{ first: 20 }],
  },
  {
    name: 'lesson',
    title: 'One lesson by its id, with tutor and student',
    operationName: 'Lesson',
    document: `query Lesson($id: ID!) {
  lesson(id: $id) {
    id title status notes startsAt endsAt version tutor { ${person} } student { ${person} }
  }
}`,
    source: 'database',
    ownBody: false,
    variables: ({ lessonIds }, writeId) => lessonIds.map((id) => ({ id: writeId('lesson', id) })),
  },
  {
    name: 'messages',
    title: 'Message page: the last 20 of a room with their authors',
    operationName: 'Messages',
    document: `query Messages($id: ID!, $last: Int) {
  lesson(id: $id) {
    id
    chat {
      messages(last: $last) {
        edges { node { id sequence body createdAt author { ${person} } } }
        pageInfo { hasPreviousPage }
      }
    }
  }
}`,
    source: 'database',
    ownBody: false,
    sized: 'last',
    variables: ({ busyRoomId }, writeId) => [{ id: writeId('lesson', busyRoomId), last: 20 }],
  },
  {
    name: 'send',
    title: 'Mutation: a message is sent, into a room for each connection',
    operationName: 'SendMessage',
    document: `mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id sequence body createdAt author { ${person} } } }
}`,
    source: 'database',
    ownBody: true,
    variables: ({ rooms }, writeId, place) =>
      (rooms[place] ?? []).map((room) => ({
        input: {
          roomId: writeId('lesson', room),
          body: 'Квадратні рівняння: дискримінант додатний, тож коренів два. #########',
          clientMessageId: `bench-${place}-#########`,
        },
      })),
  },
];
