import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { type ErrorScope, errorBody, type FormattedError, formatError } from '../../graphql/format-error.js';
import type { Logger } from '../../platform/logger.js';
import { AppError } from '../../shared/errors.js';
import { defaultLanguage } from '../../shared/language.js';
import { preferredLanguage } from '../accept-language.js';
import { graphqlPath, pathOf } from '../path.js';
import { answerType, contentType, statusWithoutData } from './graphql-answer.js';

/** Answers `{errors}`, with the status of the first error unless told. */
export function sendErrors(
  request: FastifyRequest,
  reply: FastifyReply,
  errors: readonly FormattedError[],
  status?: number,
): FastifyReply {
  const type = answerType(request.headers.accept) ?? 'application/json';
  const code = errors[0]?.extensions.code ?? 'INTERNAL_ERROR';
  if (request.work) request.work.facts.code = code;
  if (code === 'UNAUTHENTICATED' || code === 'SESSION_EXPIRED')
    void reply.header('www-authenticate', 'Bearer');
  const retryAfter = errors[0]?.extensions['retryAfter'];
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  return reply
    .code(status ?? statusWithoutData(code, type))
    .header('content-type', contentType(type))
    .send(JSON.stringify({ errors }));
}

/** Makes every failure of the server outside of GraphQL's execution an answer of the one shape. */
export function answerFailures(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => sendFailure(request, reply, error, logger));
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(app, request.url);
    if (methods.length === 0) return sendFailure(request, reply, new AppError('NOT_FOUND'), logger);
    void reply.header('allow', methods.join(', '));
    return sendFailure(request, reply, new AppError('METHOD_NOT_ALLOWED'), logger);
  });
}

/** Answers a failure in the shape of the endpoint: `{errors}` for GraphQL, `{error}` for any other. */
export function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  failure: unknown,
  logger: Logger,
): FastifyReply {
  const scope = scopeOf(request, logger);
  const error = serverError(failure);
  if (pathOf(request.url) === graphqlPath) return sendErrors(request, reply, [formatError(error, scope)]);
  const { status, body } = errorBody(error, scope);
  return reply.code(status).send(body);
}

/** Who reads the answer, as far as the request alone tells. */
export function scopeOf({ id, headers }: FastifyRequest, logger: Logger): ErrorScope {
  return {
    requestId: id,
    logger,
    language: preferredLanguage(headers['accept-language']) ?? defaultLanguage,
  };
}

/** What Fastify has against a request, in our codes; anything else stays as it is. */
function serverError(error: unknown): unknown {
  const { statusCode, code } = (error ?? {}) as { readonly statusCode?: unknown; readonly code?: unknown };
  if (error instanceof AppError || typeof code !== 'string' || !code.startsWith('FST_ERR_')) return error;
  if (statusCode === 413) return new AppError('PAYLOAD_TOO_LARGE');
  if (statusCode === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE');
  if (typeof statusCode !== 'number' || statusCode >= 500) return error;
  return new AppError('BAD_REQUEST', code.includes('JSON') ? { body: [{ rule: 'JSON' }] } : {});
}

function methodsOf(app: FastifyInstance, url: string): HTTPMethods[] {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
  return methods.filter((method) => app.hasRoute({ method, url: pathOf(url) }));
}
