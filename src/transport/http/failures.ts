import type { Socket } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify';
import { errorBody, type FormattedError, formatError } from '../../graphql/format-error.js';
import type { Logger } from '../../platform/logger.js';
import { AppError, type ErrorCode, errorCatalogue } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { requestIdHeader } from '../request-id.js';
import { answerType, contentType, statusWithoutData } from './graphql-answer.js';

/** The one path of GraphQL, over HTTP and WebSocket. */
export const graphqlPath = '/graphql';

/** Answers `{errors}`, with the status of the first error unless told. */
export function sendErrors(request: FastifyRequest, reply: FastifyReply, errors: readonly FormattedError[], status?: number): FastifyReply {
  const type = answerType(request.headers.accept) ?? 'application/json';
  const code = errors[0]?.extensions.code ?? 'INTERNAL_ERROR';
  if (code === 'UNAUTHENTICATED' || code === 'SESSION_EXPIRED') void reply.header('www-authenticate', 'Bearer');
  return reply
    .code(status ?? statusWithoutData(code, type))
    .header('content-type', contentType(type))
    .send(JSON.stringify({ errors }));
}

/** Makes every failure of the server outside of GraphQL's execution an answer of the one shape. */
export function answerFailures(app: FastifyInstance, logger: Logger): void {
  const send = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
    const scope = { requestId: request.id, logger };
    if (isGraphqlPath(request.url)) return sendErrors(request, reply, [formatError(error, scope)]);
    const { status, body } = errorBody(error, scope);
    return reply.code(status).send(body);
  };
  app.setErrorHandler((error, request, reply) => send(request, reply, serverError(error)));
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(app, request.url);
    if (methods.length === 0) return send(request, reply, new AppError('NOT_FOUND'));
    return send(request, reply.header('allow', methods.join(', ')), new AppError('METHOD_NOT_ALLOWED'));
  });
}

/** What Fastify has against a request, in our codes; anything else stays as it is. */
export function serverError(error: unknown): unknown {
  const { statusCode, code } = (error ?? {}) as { readonly statusCode?: unknown; readonly code?: unknown };
  if (error instanceof AppError || typeof code !== 'string' || !code.startsWith('FST_ERR_')) return error;
  if (statusCode === 413) return new AppError('PAYLOAD_TOO_LARGE');
  if (statusCode === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE');
  if (typeof statusCode !== 'number' || statusCode >= 500) return error;
  const bad = code.includes('JSON') ? 'The body is not valid JSON.' : undefined;
  return new AppError('BAD_REQUEST', {}, bad ? { detail: bad } : {});
}

/** A path as the routes know it: without the query and a trailing slash. */
export function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function isGraphqlPath(url: string): boolean {
  return pathOf(url) === graphqlPath;
}

function methodsOf(app: FastifyInstance, url: string): HTTPMethods[] {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
  return methods.filter((method) => app.hasRoute({ method, url: pathOf(url) }));
}

/** Answers on a bare socket, for requests that never became one: malformed HTTP, timeouts, refused upgrades. */
export function refuse(socket: Pick<Socket, 'writable' | 'end' | 'destroy'>, code: ErrorCode, options: { readonly requestId?: string; readonly status?: number; readonly graphql?: boolean } = {}): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { requestId = newId(), status = errorCatalogue[code].status, graphql = false } = options;
  const { detail } = errorCatalogue[code];
  const failure = { code, detail, fields: {} };
  const body = JSON.stringify(graphql ? { errors: [{ message: detail, extensions: failure }] } : { error: failure });
  socket.end(
    [
      `HTTP/1.1 ${status} ${code}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `${requestIdHeader}: ${requestId}`,
      'x-content-type-options: nosniff',
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
