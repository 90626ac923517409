import { Counter } from 'prom-client';
import type { Logger } from '../platform/logger.js';
import { latencyBuckets, type MetricsRegistry } from '../platform/metrics/registry.js';
import { Counts, Latencies } from '../platform/metrics/series.js';
import { presentWork, type Work, type WorkFacts } from '../platform/tracing/work.js';

/** An operation in metrics, log and traces; every value is one of a bounded set. */
export interface OperationLabels {
  /** A name that is known to this server, else `other`; `anonymous` without one. */
  readonly operation: string;
  /** query, mutation or subscription; `none` when the document could not be read. */
  readonly type: string;
  /** Of the first error, or OK. */
  readonly code: string;
}

/** Hears of every operation when it has ended, a subscription when it has begun. */
export interface OperationLog {
  /** Counts the operation of this work, if it was one, and gives how it is called. */
  ended(work: Work, milliseconds: number): OperationLabels | null;
}

export interface OperationLogOptions {
  readonly registry: MetricsRegistry;
  readonly logger: Logger;
  /** Names that may become labels: those of clients that are known. Nothing is learned from requests. */
  readonly knownNames: readonly string[];
  /** An operation that takes longer is logged with its statements; 0 logs none. */
  readonly slowMs: number;
}

/** Characters of a statement in the log. */
const maxText = 1_000;

/** Adds the metrics of operations, and the log of slow ones. */
export function createOperationLog({
  registry,
  logger,
  knownNames,
  slowMs,
}: OperationLogOptions): OperationLog {
  const known = new Set(knownNames);
  const operations = new Counts({
    name: 'graphql_operations_total',
    help: 'Operations over HTTP and WebSocket by name, type and the code of their first error, or OK.',
    labelNames: ['operation', 'type', 'code'] as const,
    registry,
  });
  const latency = new Latencies({
    name: 'graphql_operation_latency_seconds',
    help: 'Time of operations; of a subscription until it has begun.',
    labelNames: ['operation', 'type'] as const,
    buckets: latencyBuckets,
    registry,
  });
  const slow = new Counter({
    name: 'graphql_slow_operations_total',
    help: 'Operations that took longer than SLOW_OPERATION_MS; the log has their statements.',
    labelNames: ['operation'] as const,
    registers: [registry],
  });

  return {
    ended({ facts, requestId, statements }, milliseconds) {
      if (facts.code === undefined) return null;
      const { type = 'none', code } = facts;
      const operation = facts.operation
        ? known.has(facts.operation)
          ? facts.operation
          : 'other'
        : 'anonymous';
      operations.of(operation, type, code).add();
      latency.of(operation, type).observe(milliseconds / 1_000);
      if (slowMs > 0 && milliseconds > slowMs) {
        slow.inc({ operation });
        const ran = statements.texts.map(({ text, ...time }) => ({
          text: text.replace(/\s+/g, ' ').trim().slice(0, maxText),
          ms: Math.round(time.milliseconds),
        }));
        const ms = Math.round(milliseconds);
        logger.warn({ requestId, operation, type, code, ms, statements: ran }, 'a slow operation');
      }
      return { operation, type, code };
    },
  };
}

/** Notes what the present work turned out to be. */
export function noteOperation(facts: WorkFacts): void {
  const work = presentWork();
  if (work) Object.assign(work.facts, facts);
}
