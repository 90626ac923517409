import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** What a route is asked. */
export interface RouteRequest {
  /** The `:names` of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As sent; empty when there is none. */
  readonly body: string;
}

/** What it answers; 200 and no further headers unless told. */
export interface RouteAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or parts of it that are made as fast as they are taken; what fails in between cuts the connection. */
  readonly body: string | AsyncIterable<string>;
}

/** An endpoint beside GraphQL, handed in by the composition root. An AppError becomes an answer of the one shape. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Such as `/calendar/:token.ics`. */
  readonly path: string;
  /** Whether GET can be asked as HEAD; yes unless told. */
  readonly head?: boolean;
  readonly handle: (request: RouteRequest) => Promise<RouteAnswer>;
}

/** Bodies of such endpoints are forms at most. */
const bodyBytes = 16_384;

/** Adds them. Their bodies may be of any type, and are not parsed. */
export function addRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    for (const { method, path, head = true, handle } of routes) {
      scope.route({
        method,
        url: path,
        exposeHeadRoute: head,
        bodyLimit: bodyBytes,
        handler: async ({ params, query, headers, body }, reply) => {
          const answer = await handle({
            params: params as Record<string, string>,
            query: single(query as Record<string, string | string[]>),
            headers,
            body: typeof body === 'string' ? body : '',
          });
          return reply
            .code(answer.status ?? 200)
            .headers(answer.headers ?? {})
            .send(typeof answer.body === 'string' ? answer.body : stream(answer.body));
        },
      });
    }
  });
}

/** One part is made ahead of what has been taken. */
function stream(parts: AsyncIterable<string>): Readable {
  return Readable.from(parts, { highWaterMark: 1 });
}

/** The last one counts of a name that comes several times. */
function single(query: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, [value].flat().at(-1) ?? '']),
  );
}
