import { AppError, type FieldProblem } from './errors.js';

/** The arguments of a Relay connection (https://relay.dev/graphql/connections.htm). */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** The values that a row is sorted by, the last of them unique. */
export type Key = readonly string[];

/** A page to read: `limit` rows in list order after `after`, or backward before `before`. */
export interface Page {
  readonly limit: number;
  readonly backward: boolean;
  readonly after: Key | null;
  readonly before: Key | null;
}

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Tells whether a text can be the sort value of a list. */
interface KeyPattern {
  test(text: string): boolean;
}

const defaultLimit = 20;
const maxLimit = 100;

/**
 * The page that the arguments ask for: 20 rows unless told, at most 100. `keyShape` has one pattern for each
 * sort value, which a cursor must match. Fails with VALIDATION_ERROR naming the argument.
 */
export function parsePage(args: PageArgs, keyShape: readonly KeyPattern[]): Page {
  const fields: Record<string, FieldProblem[]> = {};
  for (const name of ['first', 'last'] as const) {
    const value = args[name];
    if (value != null && (value < 0 || value > maxLimit))
      fields[name] = [{ rule: 'BETWEEN', min: 0, max: maxLimit }];
  }
  if (args.first != null && args.last != null) fields['last'] = [{ rule: 'CANNOT_COMBINE', other: 'first' }];
  const key = (name: 'after' | 'before') => {
    const text = args[name];
    if (text == null) return null;
    const decoded = decodeKey(text, keyShape);
    if (!decoded) fields[name] = [{ rule: 'LIST_CURSOR' }];
    return decoded;
  };
  const after = key('after');
  const before = key('before');
  if (Object.keys(fields).length > 0) throw new AppError('VALIDATION_ERROR', fields);
  const backward = args.last != null || (args.first == null && before != null && after == null);
  return { limit: (backward ? args.last : args.first) ?? defaultLimit, backward, after, before };
}

/**
 * Makes a connection of the rows that a page's query gave: at most `limit + 1`, in list order or, when the page is
 * read backward, in reverse. The one row too many tells that there are more.
 */
export function toConnection<Row>(
  rows: readonly Row[],
  page: Page,
  keyOf: (row: Row) => Key,
): Connection<Row> {
  const more = rows.length > page.limit;
  const kept = rows.slice(0, page.limit);
  if (page.backward) kept.reverse();
  const cursorOf = (row: Row) => encodeKey(keyOf(row));
  const edges = kept.map((node) => new LateEdge(node, node, cursorOf));
  return {
    edges,
    pageInfo: {
      hasNextPage: page.backward ? page.before !== null : more,
      hasPreviousPage: page.backward ? more : page.after !== null,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null;
      },
    },
  };
}

/** The same connection over other nodes. */
export function mapConnection<A, B>(connection: Connection<A>, map: (node: A) => B): Connection<B> {
  return {
    pageInfo: connection.pageInfo,
    edges: connection.edges.map((edge) => new LateEdge(map(edge.node), edge, cursorOfEdge)),
  };
}

const cursorOfEdge = ({ cursor }: Edge<unknown>) => cursor;

/** An edge whose cursor is made when it is asked for: few pages are asked for all of theirs. */
class LateEdge<Node, Of> implements Edge<Node> {
  constructor(
    readonly node: Node,
    private readonly of: Of,
    private readonly cursorOf: (of: Of) => string,
  ) {}

  get cursor(): string {
    return this.cursorOf(this.of);
  }
}

/** What a sort value in a cursor may be: whatever passes, PostgreSQL takes. */
export const keyPatterns = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  instant: { test: isInstant },
  integer: /^-?\d{1,15}$/,
} as const satisfies Record<string, KeyPattern>;

/** An instant as `toISOString` writes it, of a year that has four digits. */
function isInstant(text: string): boolean {
  const milliseconds = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === text;
}

function encodeKey(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decodeKey(cursor: string, shape: readonly KeyPattern[]): Key | null {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const fits =
      Array.isArray(key) &&
      key.length === shape.length &&
      key.every((part, index) => typeof part === 'string' && shape[index]?.test(part));
    return fits ? (key as string[]) : null;
  } catch {
    return null;
  }
}
