import { Counter, Gauge } from 'prom-client';
import { latencyBuckets, type MetricsRegistry } from '../metrics/registry.js';
import { type Count, Counts, Latencies, type Times } from '../metrics/series.js';
import type { Database } from './database.js';
import type { StatementObserver } from './observed-client.js';
import { describeStatement, type StatementLabels } from './statement-labels.js';

/** What is counted of the database. */
export interface DatabaseMetrics {
  readonly observe: StatementObserver;
  /** Shows the use of this pool at each scrape. */
  watch(pool: Pick<Database, 'poolUse'>): void;
}

/** Where a statement is counted. */
interface StatementSeries {
  readonly latency: Times;
  readonly statements: Count;
  readonly seconds: Count;
}

/** Adds the metrics of the database: statements as they go over a connection, whoever issued them. */
export function createDatabaseMetrics(registry: MetricsRegistry): DatabaseMetrics {
  const registers = [registry];
  const latency = new Latencies({
    name: 'db_query_latency_seconds',
    help: 'Time of SQL statements from being sent to their result, by kind of statement.',
    labelNames: ['operation'] as const,
    buckets: latencyBuckets,
    registry,
  });
  const statements = new Counts({
    name: 'db_statements_total',
    help: 'SQL statements by the table that they are mainly about and by kind.',
    labelNames: ['model', 'operation'] as const,
    registry,
  });
  const seconds = new Counts({
    name: 'db_statement_seconds_total',
    help: 'Time of SQL statements by the table that they are mainly about and by kind.',
    labelNames: ['model', 'operation'] as const,
    registry,
  });
  const failures = new Counter({
    name: 'db_statement_failures_total',
    help: 'SQL statements that failed, by kind; a constraint that was violated is one.',
    labelNames: ['operation'] as const,
    registers,
  });
  /** The labels of a text are one object for as long as the process lives. */
  const series = new WeakMap<StatementLabels, StatementSeries>();
  function seriesOf(labels: StatementLabels): StatementSeries {
    const { model, operation } = labels;
    const made = {
      latency: latency.of(operation),
      statements: statements.of(model, operation),
      seconds: seconds.of(model, operation),
    };
    series.set(labels, made);
    return made;
  }

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
      const of = series.get(labels) ?? seriesOf(labels);
      const took = milliseconds / 1_000;
      of.latency.observe(took);
      of.statements.add();
      of.seconds.add(took);
      if (failed) failures.inc({ operation: labels.operation });
    },
    watch(watched) {
      pool = watched;
    },
  };
}
