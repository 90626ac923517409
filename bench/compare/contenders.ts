import type { Data } from './data.js';
import type { Operation, OperationName } from './operations.js';

/** Somebody who is measured. */
export interface Contender {
  readonly name: string;
  readonly title: string;
  /** The scripts of its servers, beside this file: over the database, and from memory. One that it lacks it cannot do. */
  readonly scripts: Partial<Record<Operation['source'], string>>;
  readonly arguments?: readonly string[];
  /** Whether it is Lectern: it takes tokens, and its ids name their type. */
  readonly isLectern?: boolean;
  /** Documents of its own, where its schema has other names, and the variables that they need beside the others'. */
  readonly documents?: Partial<Record<OperationName, string>>;
  readonly viewerVariables?: Partial<
    Record<OperationName, (data: Data) => Readonly<Record<string, unknown>>>
  >;
  /** Packages whose versions are told. */
  readonly packages: readonly string[];
  /** What it does not do that Lectern does, in these measurements. */
  readonly lacks: string;
}

const nothing = 'No sign-in, no authorization, no limits, no metrics, no log: a header says who asks.';

/** In PostGraphile's schema an id of the table is `rowId`. */
const person = 'id: rowId displayName';

export const contenders: readonly Contender[] = [
  {
    name: 'lectern',
    title: 'Lectern',
    scripts: { database: '../../dist/main.js', memory: 'servers/lectern-memory.ts' },
    arguments: ['--no-worker'],
    isLectern: true,
    packages: [],
    lacks: '',
  },
  {
    name: 'lectern-own',
    title: 'Lectern, its own list',
    scripts: { memory: 'servers/lectern-remembered.ts' },
    isLectern: true,
    packages: [],
    lacks: '',
  },
  {
    name: 'mercurius',
    title: 'Mercurius with JIT + Prisma',
    scripts: { database: 'servers/mercurius.ts', memory: 'servers/mercurius.ts' },
    packages: ['mercurius', 'graphql-jit', 'fastify', '@prisma/client'],
    lacks: nothing,
  },
  {
    name: 'yoga',
    title: 'GraphQL Yoga + Pothos + Prisma',
    scripts: { database: 'servers/yoga.ts', memory: 'servers/yoga.ts' },
    packages: ['graphql-yoga', '@pothos/core', '@pothos/plugin-prisma', '@prisma/client'],
    lacks: nothing,
  },
  {
    name: 'apollo',
    title: 'Apollo Server as installed + Prisma',
    scripts: { database: 'servers/apollo.ts', memory: 'servers/apollo.ts' },
    packages: ['@apollo/server', '@prisma/client'],
    lacks: nothing,
  },
  {
    name: 'postgraphile',
    title: 'PostGraphile 5',
    scripts: { database: 'servers/postgraphile.ts' },
    documents: {
      lessons: `query Lessons($first: Int, $viewer: UUID!) {
  lessons: allLessons(first: $first, condition: { tutorId: $viewer }, orderBy: [STARTS_AT_ASC, ROW_ID_ASC]) {
    edges { node { id: rowId title status startsAt endsAt
      tutor: appUserByTutorId { ${person} } student: appUserByStudentId { ${person} } } }
    pageInfo { hasNextPage hasPreviousPage }
  }
}`,
      lesson: `query Lesson($id: UUID!) {
  lesson: lessonByRowId(rowId: $id) {
    id: rowId title status notes startsAt endsAt version
    tutor: appUserByTutorId { ${person} } student: appUserByStudentId { ${person} }
  }
}`,
      messages: `query Messages($id: UUID!, $last: Int) {
  lesson: lessonByRowId(rowId: $id) {
    id: rowId
    messages: chatMessagesByLessonId(last: $last, orderBy: [CREATED_AT_ASC, SEQUENCE_ASC]) {
      edges { node { id: rowId sequence body createdAt author: appUserByAuthorId { ${person} } } }
      pageInfo { hasPreviousPage }
    }
  }
}`,
      send: `mutation SendMessage($input: BenchSendMessageInput!) {
  sendMessage: benchSendMessage(input: $input) {
    message: result { id: rowId sequence body createdAt author: appUserByAuthorId { ${person} } }
  }
}`,
    },
    viewerVariables: {
      lessons: ({ viewerId }) => ({ viewer: viewerId }),
      send: ({ viewerId, organizationId }) => ({ authorId: viewerId, organizationId }),
    },
    packages: ['postgraphile', 'grafast'],
    lacks: `${nothing} Its schema is that of the tables; who may read which rows would be policies in PostgreSQL.`,
  },
  {
    name: 'http-pg',
    title: 'node:http + pg, no GraphQL',
    scripts: { database: 'servers/http-pg.ts', memory: 'servers/http-pg.ts' },
    packages: ['pg'],
    lacks: `${nothing} No GraphQL either: it knows four texts of SQL and looks only at the operation's name.`,
  },
];
