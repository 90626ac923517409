import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context, Services } from '../../graphql/context.js';
import { formatError } from '../../graphql/format-error.js';
import type { DocumentGuard } from '../../graphql/guards.js';
import type { Logger } from '../../platform/logger.js';
import { AppError } from '../../shared/errors.js';
import { type Authenticate, bearerToken } from '../authentication.js';
import type { CallerOf } from '../client-address.js';
import type { GraphiqlPage } from '../graphiql/page.js';
import { graphqlPath } from '../path.js';
import { scopeOf, sendErrors } from './failures.js';
import { answerType, wantsPage } from './graphql-answer.js';

export interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<Context>;
  readonly guard: DocumentGuard;
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly callerOf: CallerOf;
  /** Null: browsers get no page. */
  readonly graphiql: GraphiqlPage | null;
  readonly logger: Logger;
}

/** Adds `POST` and `GET /graphql`. Apollo must be started before the first request. */
export function addGraphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  const { apollo, guard, services, authenticate, callerOf, graphiql, logger } = options;

  async function contextFor(request: FastifyRequest): Promise<Context> {
    const token = bearerToken(request.headers);
    const viewer = token === null ? null : (await authenticate(token)).viewer;
    return { viewer, services, caller: callerOf(request.raw), requestId: request.id };
  }

  async function answer(
    this: FastifyInstance,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    if (graphiql && isRead(request) && wantsPage(request.headers.accept))
      return sendPage(graphiql, request, reply);
    if (answerType(request.headers.accept) === null) {
      const error = new AppError('BAD_REQUEST', { accept: [{ rule: 'TAKES_JSON' }] });
      return sendErrors(request, reply, [formatError(error, scopeOf(request, logger))], 406);
    }
    const text = documentOf(request);
    const guarded = text === null ? null : guard.check(text);
    if (guarded && 'errors' in guarded) {
      const scope = scopeOf(request, logger);
      return sendErrors(
        request,
        reply,
        guarded.errors.map((error) => formatError(error, scope)),
      );
    }
    if (guarded) guard.weigh(guarded.document, ...operationOf(request));
    const context = await contextFor(request);
    const run = fastifyApolloHandler(apollo, { context: async () => context });
    return run.call(this, request, reply);
  }

  app.route({
    method: ['GET', 'POST'],
    url: graphqlPath,
    // Before the body is read. A form or a script of another site cannot send this type without asking first.
    onRequest: async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      if (!request.headers.host || !URL.canParse(`http://${request.headers.host}/`))
        throw new AppError('BAD_REQUEST');
      if (!isRead(request) && !isJson(request.headers['content-type']))
        throw new AppError('UNSUPPORTED_MEDIA_TYPE');
    },
    handler: answer,
  });
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i.test(contentType ?? '');
}

/** The text that Apollo would parse; null when there is none, which Apollo then refuses. */
function documentOf(request: FastifyRequest): string | null {
  if (isRead(request)) return new URL(request.url, 'http://localhost').searchParams.get('query') || null;
  const body = request.body ?? {};
  if (Object.hasOwn(body, '__proto__')) throw new AppError('BAD_REQUEST', { body: [{ rule: 'DEFINED' }] });
  const { query } = body as { readonly query?: unknown };
  return typeof query === 'string' && query !== '' ? query : null;
}

/** The operation's name and its variables, of which only an object is looked at: Apollo refuses anything else. */
function operationOf(request: FastifyRequest): [string | null, Readonly<Record<string, unknown>>] {
  const sent = isRead(request)
    ? readParameters(request)
    : (request.body as Readonly<Record<string, unknown>>);
  const { operationName, variables } = sent;
  const name = typeof operationName === 'string' && operationName !== '' ? operationName : null;
  return [name, isObject(variables) ? variables : {}];
}

function readParameters(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const parameters = new URL(request.url, 'http://localhost').searchParams;
  const given = parameters.get('variables');
  try {
    return { operationName: parameters.get('operationName'), variables: given ? JSON.parse(given) : {} };
  } catch {
    throw new AppError('BAD_REQUEST', { variables: [{ rule: 'JSON' }] });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function sendPage(
  graphiql: GraphiqlPage,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const encoding = headers['accept-encoding'];
  const {
    status,
    headers: own,
    body,
  } = await graphiql.respond({
    acceptEncoding: Array.isArray(encoding) ? encoding.join(',') : encoding,
    ifNoneMatch: headers['if-none-match'],
    host: headers.host,
  });
  return reply
    .code(status)
    .headers(own)
    .send(body ?? undefined);
}
