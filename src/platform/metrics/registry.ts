import { collectDefaultMetrics, Registry } from 'prom-client';

/** The metrics of one process. Parts add theirs; operators read them at `/metrics`. */
export type MetricsRegistry = Registry;

/** An empty registry of its own, so that two systems in one process (tests) do not meet. */
export function createMetricsRegistry(): MetricsRegistry {
  return new Registry();
}

/** Adds what Node.js knows of the process: event loop lag, heap, garbage collection, CPU. For an entry, once. */
export function addProcessMetrics(registry: MetricsRegistry): void {
  collectDefaultMetrics({ register: registry });
  // Gauges with the suffix of counters; what they sum up is in metrics with proper names.
  for (const name of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`nodejs_active_${name}_total`);
}

/** Buckets of times, in seconds, from a read of memory to a timeout. */
export const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
