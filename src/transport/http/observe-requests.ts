import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OperationLog } from '../../graphql/operations.js';
import type { Logger } from '../../platform/logger.js';
import { latencyBuckets, type MetricsRegistry } from '../../platform/metrics/registry.js';
import { Latencies } from '../../platform/metrics/series.js';
import type { Tracing } from '../../platform/tracing/tracing.js';
import { type Work, within } from '../../platform/tracing/work.js';
import { graphqlPath } from '../path.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null for what is refused before it is a request. */
    work: Work | null;
    /** Its route, found out once: Fastify describes the whole route each time that it is asked. */
    route: string | null;
  }
}

export interface RequestObservation {
  readonly registry: MetricsRegistry;
  readonly operations: OperationLog;
  readonly tracing: Tracing;
  readonly logger: Logger;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts and logs every request, once, and makes it the work of whatever runs for it. Add it before the routes. */
export function observeRequests(
  app: FastifyInstance,
  { registry, operations, tracing, logger }: RequestObservation,
): void {
  const latency = new Latencies({
    name: 'api_request_latency_seconds',
    help: 'Time of HTTP requests by method, route and status; a path that is no route of ours is unknown.',
    labelNames: ['method', 'path', 'status'] as const,
    buckets: latencyBuckets,
    registry,
  });

  app.decorateRequest('work', null);
  app.decorateRequest('route', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const path = routeOf(request);
    request.route = path;
    const parent = request.headers['traceparent'];
    request.work = tracing.begin({
      name: `${methodOf(request)} ${path}`,
      kind: 'server',
      requestId: request.id,
      parent: typeof parent === 'string' ? parent : null,
    });
    done();
  });
  // After the body was read, which happens on the socket's behalf.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.work) within(request.work, done);
    else done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { work } = request;
    const { elapsedTime, statusCode: status } = reply;
    const method = methodOf(request);
    const path = request.route ?? routeOf(request);
    latency.of(method, path, String(status)).observe(elapsedTime / 1_000);
    if (work) {
      const operation = operations.ended(work, elapsedTime);
      const ms = Math.round(elapsedTime);
      const line = {
        requestId: request.id,
        method,
        path,
        status,
        ...operation,
        ms,
        statements: work.statements.count,
      };
      // Probes and scrapes come every few seconds.
      if (path === graphqlPath || !quiet.test(path)) logger.info(line, 'request');
      else logger.debug(line, 'request');
      if (work.span)
        tracing.end(work, { attributes: { method, path, status, ...operation }, failed: status >= 500 });
    }
    done();
  });
}

const quiet = /^\/(health|metrics)\b/;

function methodOf({ method }: FastifyRequest): string {
  return methods.has(method) ? method : 'other';
}

function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'unknown';
}
