import { Registry } from 'prom-client';

/** The metrics of one process. Parts add theirs; operators read them at `/metrics`. */
export type MetricsRegistry = Registry;

/** An empty registry of its own, so that two systems in one process (tests) do not meet. */
export function createMetricsRegistry(): MetricsRegistry {
  return new Registry();
}
