import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { openMetricsText, openMetricsType, readableMetrics } from '../../platform/metrics/exposition.js';
import type { MetricsRegistry } from '../../platform/metrics/registry.js';
import { AppError } from '../../shared/errors.js';
import { bearerToken } from '../authentication.js';
import { preferredType } from './media-type.js';

export interface MetricsRouteOptions {
  readonly registry: MetricsRegistry;
  /** What a scraper must send as `Authorization: Bearer …`; null leaves them open. */
  readonly token: string | null;
}

/** Adds `/metrics`, in the text of Prometheus or in OpenMetrics by Accept, and `/metrics/json` for people. */
export function addMetricsRoutes(app: FastifyInstance, { registry, token }: MetricsRouteOptions): void {
  const onRequest = async (request: FastifyRequest) => {
    if (token !== null && !isSame(bearerToken(request.headers) ?? '', token))
      throw new AppError('UNAUTHENTICATED');
  };
  app.get('/metrics', { onRequest }, async ({ headers }, reply) => {
    void reply.header('cache-control', 'no-store').header('vary', 'accept');
    if (preferredType(headers.accept, ['text/plain', openMetrics]) === openMetrics)
      return reply.type(openMetricsType).send(await openMetricsText(registry));
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  app.get('/metrics/json', { onRequest }, async (_request, reply) => {
    const text = JSON.stringify(await readableMetrics(registry), null, 2);
    return reply
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      .send(`${text}\n`);
  });
}

const openMetrics = 'application/openmetrics-text';

/** Tells by its time nothing about the token. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest()) as [
    Buffer,
    Buffer,
  ];
  return timingSafeEqual(a, b);
}
