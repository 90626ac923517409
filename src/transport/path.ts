/** The one path of GraphQL, over HTTP and WebSocket. */
export const graphqlPath = '/graphql';

/** A path as the routes know it: without the query and a trailing slash. */
export function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
