import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { isPromise } from '../../graphql/completion.js';
import type { Context, Services } from '../../graphql/context.js';
import { RequestErrors } from '../../graphql/execution.js';
import type { Executor } from '../../graphql/executor.js';
import { formatError } from '../../graphql/format-error.js';
import type { DocumentGuard } from '../../graphql/guards.js';
import type { PersistedDocuments } from '../../graphql/persisted-documents.js';
import type { Logger } from '../../platform/logger.js';
import { type Tracing, tracedPart } from '../../platform/tracing/tracing.js';
import { AppError } from '../../shared/errors.js';
import { RateLimited } from '../../shared/rate-limited.js';
import { type Authenticate, bearerToken } from '../authentication.js';
import type { CallerOf } from '../client-address.js';
import type { GraphiqlPage } from '../graphiql/page.js';
import { graphqlPath } from '../path.js';
import { headersOf, type RateLimits, stateOf } from '../rate-limits.js';
import { createDoorstep } from './doorstep.js';
import { scopeOf, sendErrors, sendFailure } from './failures.js';
import { answerType, wantsPage } from './graphql-answer.js';
import { isRead, writeText } from './graphql-request.js';
import { sentResult, textOf } from './graphql-result.js';
import { createUnderstanding, type Understood } from './understanding.js';

export interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<Context>;
  /** Null: Apollo executes all. */
  readonly executor: Executor | null;
  readonly guard: DocumentGuard;
  readonly documents: PersistedDocuments;
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly callerOf: CallerOf;
  readonly rateLimits: RateLimits;
  /** Null: browsers get no page. */
  readonly graphiql: GraphiqlPage | null;
  readonly logger: Logger;
  readonly tracing: Tracing;
}

/** Adds `POST` and `GET /graphql`. Apollo must be started before the first request. */
export function addGraphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  const { apollo, executor, guard, documents, services, authenticate, callerOf } = options;
  const { rateLimits, graphiql, logger, tracing } = options;
  const comeIn = createDoorstep();
  const understand = createUnderstanding({ guard, documents, rateLimits });

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
    if (request.headers.authorization === undefined) await comeIn();
    const caller = callerOf(request.raw);
    let understood: Understood;
    try {
      understood = understand(request, reply, caller);
    } catch (error) {
      if (!(error instanceof RateLimited)) await rateLimits.fault(caller);
      throw error;
    }
    const token = bearerToken(request.headers);
    const viewer = token === null ? null : (await authenticate(token)).viewer;
    const { cost } = understood;
    const taken = rateLimits.take({ viewer, caller }, cost);
    // What is there at once is not waited for: each promise is paid for, on Node.js 20 and 22 most.
    const allowance = isPromise(taken) ? await taken : taken;
    if (allowance) void reply.headers(headersOf(allowance));
    if (allowance && !allowance.allowed) throw new RateLimited(allowance.resetMs);
    const rateLimit = allowance && stateOf(cost.cost, allowance);
    const context: Context = { viewer, services, caller, requestId: request.id, rateLimit };
    if (executor && isOrdinary(request, understood))
      return tracedPart(tracing, 'GraphQL', () => execute(executor, request, reply, understood, context));
    if (documents.listed) writeText(request, understood.asked, understood.text);
    const run = fastifyApolloHandler(apollo, { context: async () => context });
    return tracedPart(tracing, 'GraphQL', async () => run.call(this, request, reply));
  }

  /** Executes an operation and answers as Apollo would, to the byte, for a part of the work. */
  function execute(
    executor: Executor,
    { headers: { accept } }: FastifyRequest,
    reply: FastifyReply,
    { asked, document, operation }: Understood,
    context: Context,
  ): string | Promise<string> {
    const { operationName, variables: variableValues } = asked;
    const answered = (result: ExecutionResult): string => {
      const sent = sentResult(result, { operation, context, accept, logger });
      void reply.code(sent.status ?? 200).headers(sent.headers);
      return textOf(sent);
    };
    const result = executor({ document, operationName, variableValues, contextValue: context });
    return isPromise(result) ? result.then(answered) : answered(result);
  }

  /** Whether something is to be executed; Apollo has the words for what is to be refused. */
  function isOrdinary({ method }: FastifyRequest, { asked, operation }: Understood): boolean {
    if (!operation || operation.operation === OperationTypeNode.SUBSCRIPTION) return false;
    return method !== 'HEAD' && (documents.listed || asked.extensions['persistedQuery'] === undefined);
  }

  /** The last good `Host`: nearly always the next one too. */
  let lastHost: string | undefined;

  function isHost(host: string | undefined): boolean {
    if (host !== undefined && host === lastHost) return true;
    if (!host || !URL.canParse(`http://${host}/`)) return false;
    lastHost = host;
    return true;
  }

  app.route({
    method: ['GET', 'POST'],
    url: graphqlPath,
    // Before the body is read. A form or a script of another site cannot send this type without asking first.
    onRequest: (request, reply, done) => {
      void reply.header('cache-control', 'no-store');
      const type = request.headers['content-type'];
      if (!isHost(request.headers.host)) done(new AppError('BAD_REQUEST'));
      else if (isJson(type) || (isRead(request) && type === undefined)) done();
      else done(new AppError('UNSUPPORTED_MEDIA_TYPE'));
    },
    handler: answer,
    errorHandler: (error, request, reply) => {
      if (!(error instanceof RequestErrors)) return sendFailure(request, reply, error, logger);
      const scope = scopeOf(request, logger);
      return sendErrors(
        request,
        reply,
        error.errors.map((one) => formatError(one, scope)),
      );
    },
  });
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  return /^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i.test(contentType ?? '');
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
