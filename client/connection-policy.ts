import type { FieldFunctionOptions, FieldPolicy, Reference, StoreObject } from '@apollo/client';
import { canonicalStringify } from '@apollo/client/utilities';

type Edge = Reference | StoreObject;
type PageInfo = Readonly<Record<string, unknown>>;

/** A connection as the cache holds it. */
interface Connection {
  readonly edges?: readonly Edge[];
  readonly pageInfo?: PageInfo;
  /** Where live events go on, for connections that have it. */
  readonly eventCursor?: string;
}

/** One page in its place among those that came before. */
interface Place {
  readonly before: readonly Edge[];
  readonly after: readonly Edge[];
}

/**
 * The cache policy of a keyset connection: pages with `after` and `before` grow one list, and reading gives the whole
 * of it. `keyArgs` are the arguments that make it another list, such as a filter.
 *
 * A newest page (`last` without `before`) that touches what is known extends it, since what came before it in a log
 * stays as it was; a first page (`first` without `after`) replaces the list, which may have changed anywhere. The
 * `eventCursor` of further pages is left aside: that of the first page covers them all, a later one would not.
 */
export function connectionPolicy(keyArgs: readonly string[] = []): FieldPolicy<Connection> {
  return {
    keyArgs: (args, { fieldName }) => `${fieldName}:${canonicalStringify(chosen(args, keyArgs))}`,
    merge(existing, incoming, options) {
      const { edges: page } = incoming;
      const place = page && existing ? placeOf(existing.edges ?? [], page, options) : null;
      if (!existing || !page || !place) return { ...existing, ...incoming };
      const { args } = options;
      const isFurther = typeof args?.['after'] === 'string' || typeof args?.['before'] === 'string';
      return {
        ...existing,
        ...incoming,
        ...(isFurther && existing.eventCursor !== undefined ? { eventCursor: existing.eventCursor } : {}),
        edges: joined(place, page, options),
        pageInfo: joinedPageInfo(place, existing.pageInfo, incoming.pageInfo) ?? {},
      };
    },
  };
}

/** The arguments that tell lists apart. One that is null or absent asks for the same list. */
function chosen(args: Record<string, unknown> | null, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (args?.[name] == null ? [] : [[name, args[name]]])));
}

/** What stays before and after the page; null when it does not touch what is known. */
function placeOf(known: readonly Edge[], page: readonly Edge[], options: FieldFunctionOptions): Place | null {
  const { args, readField } = options;
  const at = (cursor: unknown) => known.findIndex((edge) => readField('cursor', edge) === cursor);
  const nodes = known.map((edge) => nodeOf(edge, options));
  const seen = (edge: Edge | undefined) => (edge ? nodes.indexOf(nodeOf(edge, options)) : -1);
  if (typeof args?.['after'] === 'string') {
    const anchor = at(args['after']);
    if (anchor < 0) return null;
    const end = seen(page.at(-1));
    return { before: known.slice(0, anchor + 1), after: end > anchor ? known.slice(end + 1) : [] };
  }
  if (typeof args?.['before'] === 'string') {
    const anchor = at(args['before']);
    if (anchor < 0) return null;
    const start = seen(page[0]);
    return { before: start >= 0 && start < anchor ? known.slice(0, start) : [], after: known.slice(anchor) };
  }
  const start = typeof args?.['last'] === 'number' ? seen(page[0]) : -1;
  return start < 0 ? null : { before: known.slice(0, start), after: [] };
}

/** The list with the page in its place; what has moved into the page is no longer where it was. */
function joined(place: Place, page: readonly Edge[], options: FieldFunctionOptions): Edge[] {
  const inPage = new Set(page.map((edge) => nodeOf(edge, options)));
  const others = (edges: readonly Edge[]) => edges.filter((edge) => !inPage.has(nodeOf(edge, options)));
  return [...others(place.before), ...page, ...others(place.after)];
}

function nodeOf(edge: Edge, { readField, isReference }: FieldFunctionOptions): unknown {
  const node = readField('node', edge);
  return isReference(node) ? node.__ref : edge;
}

/** Each end of the list is told by the page that holds it. */
function joinedPageInfo(place: Place, existing?: PageInfo, incoming?: PageInfo): PageInfo | undefined {
  if (!existing || !incoming) return incoming ?? existing;
  const start = place.before.length > 0 ? existing : incoming;
  const end = place.after.length > 0 ? existing : incoming;
  return {
    ...existing,
    ...incoming,
    hasPreviousPage: start['hasPreviousPage'],
    startCursor: start['startCursor'],
    hasNextPage: end['hasNextPage'],
    endCursor: end['endCursor'],
  };
}
