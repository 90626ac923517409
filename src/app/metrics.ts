import { createDatabaseMetrics, type DatabaseMetrics } from '../platform/database/metrics.js';
import { createMetricsRegistry, type MetricsRegistry } from '../platform/metrics/registry.js';
import { createQueueMetrics, type QueueMetrics } from '../queue/metrics.js';
import { createSchoolMetrics, type SchoolMetrics } from './school-metrics.js';

/** What API and worker count together; what only one of them has, it adds itself. */
export interface Metrics {
  readonly registry: MetricsRegistry;
  readonly database: DatabaseMetrics;
  readonly queue: QueueMetrics;
  readonly school: SchoolMetrics;
}

/** Creates them on one registry. */
export function createMetrics(): Metrics {
  const registry = createMetricsRegistry();
  return {
    registry,
    database: createDatabaseMetrics(registry),
    queue: createQueueMetrics(registry),
    school: createSchoolMetrics(registry),
  };
}
