import type { Clock } from '../platform/clock.js';
import { readCause } from '../platform/tracing/cause.js';
import { type Tracing, traced } from '../platform/tracing/tracing.js';
import type { AroundHandler } from '../queue/execute.js';
import type { QueueMetrics } from '../queue/metrics.js';

export interface ItemObservation {
  readonly metrics: QueueMetrics;
  readonly tracing: Tracing;
  /** That by which items are due. */
  readonly clock: Clock;
}

/** Runs each handler as the work of its item: counted, and in the log and the trace of what the item goes back to. */
export function observeItems({ metrics, tracing, clock }: ItemObservation): AroundHandler {
  return async (item, run) => {
    const start = performance.now();
    const startedAt = clock.now();
    const { eventType, channel } = item;
    const { requestId, traceparent } = readCause(item.cause);
    const work = tracing.begin({
      name: `${channel ? `deliver ${channel.toLowerCase()}` : 'expand'} ${eventType}`,
      kind: 'consumer',
      requestId: requestId ?? item.id,
      parent: traceparent,
    });
    try {
      return await traced(tracing, work, run);
    } finally {
      metrics.handled(item, startedAt, performance.now() - start);
    }
  };
}
