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
  /** Documents of its own, where its schema has other names. */
  readonly documents?: Partial<Record<OperationName, string>>;
  /** Packages whose versions are told. */
  readonly packages: readonly string[];
  /** What it does not do that Lectern does, in these measurements. */
  readonly lacks: string;
}

const nothing = 'No sign-in, no authorization, no limits, no metrics, no log: a header says who asks.';

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
    title: 'Lectern, its own list, statements remembered',
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
    name: 'apollo',
    title: 'Apollo Server as installed + Prisma',
    scripts: { database: 'servers/apollo.ts', memory: 'servers/apollo.ts' },
    packages: ['@apollo/server', '@prisma/client'],
    lacks: nothing,
  },
  {
    name: 'http-pg',
    title: 'node:http + pg, no GraphQL',
    scripts: { database: 'servers/http-pg.ts', memory: 'servers/http-pg.ts' },
    packages: ['pg'],
    lacks: `${nothing} No GraphQL either: it knows four texts of SQL and looks only at the operation's name.`,
  },
];
