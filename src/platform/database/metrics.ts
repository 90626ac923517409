import { Counter, Gauge, Histogram } from 'prom-client';
import { latencyBuckets, type MetricsRegistry } from '../metrics/registry.js';
import type { Database } from './database.js';
import type { StatementObserver } from './observed-client.js';
import { describeStatement } from './statement-labels.js';

/** What is counted of the database. */
export interface DatabaseMetrics {
  readonly observe: StatementObserver;
  /** Shows the use of this pool at each scrape. */
  watch(pool: Pick<Database, 'poolUse'>): void;
}

/** Adds the metrics of the database: statements as they go over a connection, whoever issued them. */
export function createDatabaseMetrics(registry: MetricsRegistry): DatabaseMetrics {
  const registers = [registry];
  const latency = new Histogram({
    name: 'db_query_latency_seconds',
    help: 'Time of SQL statements from being sent to their result, by kind of statement.',
    labelNames: ['operation'] as const,
    buckets: latencyBuckets,
    registers,
  });
  const statements = new Counter({
    name: 'db_statements_total',
    help: 'SQL statements by the table that they are mainly about and by kind.',
    labelNames: ['model', 'operation'] as const,
    registers,
  });
  const seconds = new Counter({
    name: 'db_statement_seconds_total',
    help: 'Time of SQL statements by the table that they are mainly about and by kind.',
    labelNames: ['model', 'operation'] as const,
    registers,
  });
  const failures = new Counter({
    name: 'db_statement_failures_total',
    help: 'SQL statements that failed, by kind; a constraint that was violated is one.',
    labelNames: ['operation'] as const,
    registers,
  });
  let pool: Pick<Database, 'poolUse'> | null = null;
  new Gauge({
    name: 'db_pool_connections',
    help: 'Connections of the pool (total, and of them idle), and callers that wait for one (waiting).',
    labelNames: ['state'] as const,
    registers,
    collect() {
      for (const [state, count] of Object.entries(pool?.poolUse() ?? {})) this.set({ state }, count);
    },
  });
  return {
    observe({ text, milliseconds, failed }) {
      const labels = describeStatement(text);
      const { operation } = labels;
      latency.observe({ operation }, milliseconds / 1_000);
      statements.inc(labels);
      seconds.inc(labels, milliseconds / 1_000);
      if (failed) failures.inc({ operation });
    },
    watch(watched) {
      pool = watched;
    },
  };
}
