import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from '../../platform/logger.js';
import { AppError } from '../../shared/errors.js';
import type { TransportLimits } from '../limits.js';
import { refuse } from '../refuse.js';
import { requestIdHeader, requestIdOf } from '../request-id.js';
import { answerFailures, sendFailure } from './failures.js';
import { securityHeaders } from './security-headers.js';

export interface AppOptions {
  readonly limits: TransportLimits;
  readonly logger: Logger;
  /** Set to stopping, every answer ends its connection. */
  readonly state: { readonly stopping: boolean };
  /** Whether people reach this server by https only. */
  readonly secure: boolean;
}

/** Creates the HTTP server without routes: ids, headers, bodies, timeouts, and one shape for every failure. */
export function createApp({ limits, logger, state, secure }: AppOptions): FastifyInstance {
  const ownHeaders = securityHeaders(secure);
  const loggerInstance: FastifyBaseLogger = logger;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // Whatever is logged says for which request by itself: a logger for each would be made for nothing.
    childLoggerFactory: (shared) => shared,
    genReqId: requestIdOf,
    bodyLimit: limits.bodyBytes || Number.MAX_SAFE_INTEGER,
    requestTimeout: limits.requestMs,
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: 1_000 },
    routerOptions: { ignoreTrailingSlash: true },
    // What comes on an open connection while the server stops is still answered.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      void reply.headers({ ...ownHeaders, [requestIdHeader]: request.id });
      sendFailure(request, reply, error, logger);
      // No hook hears of it: the path could not even be read.
      const { id: requestId, method } = request;
      logger.info({ requestId, method, path: 'unknown', status: reply.statusCode }, 'request');
    },
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET') socket.destroy();
      else refuse(socket, 'BAD_REQUEST', { status: clientErrorStatus[error.code] ?? 400 });
    },
  });

  app.removeAllContentTypeParsers();
  // Keys such as `__proto__` become properties like any other, and no input has them: VALIDATION_ERROR, as on a socket.
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    app.getDefaultJsonParser('ignore', 'ignore'),
  );
  // Hooks with a callback: a promise for each would cost more than what they do.
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(ownHeaders).header(requestIdHeader, request.id);
    // Two servers might pick different ones (RFC 9112, 3.2); the parser lets them through.
    done(countOf('host', request.raw.rawHeaders) > 1 ? new AppError('BAD_REQUEST') : undefined);
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (state.stopping) void reply.header('connection', 'close');
    done(null, payload);
  });
  answerFailures(app, logger);
  return app;
}

const clientErrorStatus: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** How often a header came: names and values take turns. */
function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const found = rawHeaders[index] as string;
    if (found.length === name.length && found.toLowerCase() === name) count++;
  }
  return count;
}
