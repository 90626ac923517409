import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AllowedOrigins, isAllowedOrigin } from '../origins.js';
import { graphqlPath, pathOf } from '../path.js';

/** For so long a browser need not ask again; browsers cut it to hours by themselves. */
const remembered = 86_400;

/** What a page of another origin may send and read. No cookie authenticates here, so none is ever allowed. */
const permissions = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, content-type, accept-language, x-request-id, traceparent',
  'access-control-max-age': String(remembered),
};
const readable =
  'x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset, ratelimit-policy';

/**
 * Lets pages of the allowed origins use `/graphql`: answers their preflight requests, and says with each answer who may
 * read it. A page of any other origin gets no such word, and its browser keeps the answer from it.
 */
export function addCors(app: FastifyInstance, origins: AllowedOrigins): void {
  function say(request: FastifyRequest, reply: FastifyReply): void {
    // A cache must not give one origin the answer that was for another.
    if (origins !== 'any') void reply.header('vary', 'Origin');
    const allowed = allowedOrigin(request, origins);
    if (allowed === null) return;
    void reply.header('access-control-allow-origin', allowed);
    void reply.header('access-control-expose-headers', readable);
  }

  app.addHook('onRequest', (request, reply, done) => {
    if (pathOf(request.url) === graphqlPath) say(request, reply);
    done();
  });

  app.options(graphqlPath, async (request, reply) => {
    if (allowedOrigin(request, origins) !== null) void reply.headers(permissions);
    return reply.code(204).header('allow', 'GET, HEAD, POST, OPTIONS').send();
  });
}

function allowedOrigin(
  { headers: { origin, host } }: FastifyRequest,
  origins: AllowedOrigins,
): string | null {
  if (origin === undefined || !isAllowedOrigin(origin, host, origins)) return null;
  return origins === 'any' ? '*' : origin;
}
