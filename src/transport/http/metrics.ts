import type { FastifyInstance } from 'fastify';
import type { MetricsRegistry } from '../../platform/metrics/registry.js';

/** Adds `/metrics` in the text format of Prometheus and `/metrics/json`. */
export function addMetricsRoutes(app: FastifyInstance, registry: MetricsRegistry): void {
  app.get('/metrics', async (_request, reply) => {
    return reply
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics());
  });
  app.get('/metrics/json', async (_request, reply) => {
    return reply.header('cache-control', 'no-store').send(await registry.getMetricsAsJSON());
  });
}
