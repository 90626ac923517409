import type { Metric } from 'prom-client';
import { createMetrics } from '../src/app/metrics.js';
import type { Services } from '../src/graphql/context.js';
import { schema } from '../src/graphql/schema.js';
import { createLogger } from '../src/platform/logger.js';
import { addProcessMetrics } from '../src/platform/metrics/registry.js';
import { noTracing } from '../src/platform/tracing/tracing.js';
import { createHttpServer } from '../src/transport/server.js';

/** A metric as it is declared. */
export interface DeclaredMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** What prom-client keeps of a metric and does not declare. */
type Declared = Metric & {
  readonly type: string;
  readonly help: string;
  readonly labelNames: readonly string[];
};

/** prom-client reads them from /proc. */
const linuxOnly = new Set(
  ['heap_bytes', 'virtual_memory_bytes', 'open_fds', 'max_fds'].map((name) => `process_${name}`),
);

/** Every metric that a process which is both API and worker shows, by name. Nothing is started. */
export function everyMetric(): DeclaredMetric[] {
  const { registry } = createMetrics();
  addProcessMetrics(registry);
  createHttpServer({
    schema,
    services: {} as Services,
    authenticate: async () => {
      throw new Error('nobody signs in here');
    },
    introspection: false,
    graphiql: null,
    ready: async () => true,
    logger: createLogger({ level: 'silent', pretty: false }),
    host: '127.0.0.1',
    port: 0,
    observation: { enabled: true, registry, tracing: noTracing, knownOperations: [], slowOperationMs: 0 },
  });
  const metrics = registry.getMetricsAsArray() as unknown as (Declared & { readonly name: string })[];
  return metrics
    .filter(({ name }) => !linuxOnly.has(name))
    .map(({ name, type, labelNames, help }) => ({
      name,
      type,
      labels: labelNames.filter((label) => label !== 'le'),
      help,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
