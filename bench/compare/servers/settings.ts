import { readFileSync } from 'node:fs';

/** What the runner tells a server by its environment. */
export const host = '127.0.0.1';
export const port = Number(process.env['PORT']);
export const databaseUrl = process.env['DATABASE_URL'] ?? '';
/** Connections to the database at most, the same for everybody. */
export const poolSize = Number(process.env['POOL_SIZE']);

/** Whom a request is of. The peers check nothing: they believe these headers. */
export interface Viewer {
  readonly userId: string;
  readonly organizationId: string;
}

export function viewerOf(headers: { readonly [name: string]: string | string[] | undefined }): Viewer {
  return { userId: String(headers['x-user']), organizationId: String(headers['x-organization']) };
}

interface User {
  readonly id: string;
  readonly displayName: string;
}

export interface Lesson {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly tutor: User;
  readonly student: User;
}

/** The lessons that a server answers from its memory; null when it is to ask the database. */
export const memory: readonly Lesson[] | null = process.env['MEMORY_FILE']
  ? JSON.parse(readFileSync(process.env['MEMORY_FILE'], 'utf8'), (key, value) =>
      key === 'startsAt' || key === 'endsAt' ? new Date(value) : value,
    )
  : null;

/** A page of `first` out of rows of which one more was read. */
export function toConnection<Row>(rows: readonly Row[], first: number) {
  return {
    edges: rows.slice(0, first).map((node) => ({ node })),
    pageInfo: { hasNextPage: rows.length > first, hasPreviousPage: false },
  };
}
