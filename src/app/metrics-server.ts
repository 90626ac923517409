import { createMetricsServer, type MetricsServer } from '../transport/metrics-server.js';
import type { Foundation } from './foundation.js';

/** A server of the metrics of everything that stands on this foundation. */
export function metricsServerOf({ config, logger, metrics }: Foundation, port: number): MetricsServer {
  return createMetricsServer({
    registry: metrics.registry,
    token: config.metricsToken,
    host: config.host,
    port,
    logger: logger.child({ part: 'metrics' }),
  });
}
