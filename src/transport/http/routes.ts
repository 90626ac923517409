import type { FastifyInstance } from 'fastify';

/** What an endpoint is asked. */
export interface RouteRequest {
  /** The named parts of the path, decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What an endpoint answers. */
export interface RouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** An endpoint beside GraphQL. A failure that `handle` throws is answered in the one shape of errors. */
export interface Route {
  readonly method: 'GET';
  /** Such as `/calendar/:file`. */
  readonly path: string;
  readonly handle: (request: RouteRequest) => Promise<RouteAnswer>;
}

/** Adds endpoints that are handed in: the transport knows no feature. */
export function addRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  for (const { method, path, handle } of routes) {
    app.route<{ Params: Record<string, string> }>({
      method,
      url: path,
      handler: async ({ params, headers }, reply) => {
        const answer = await handle({ params, headers });
        return reply.code(answer.status).headers(answer.headers).send(answer.body);
      },
    });
  }
}
