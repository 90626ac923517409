import { readCause } from '../platform/tracing/cause.js';
import { type Tracing, traced } from '../platform/tracing/tracing.js';
import type { AroundHandler } from '../queue/execute.js';
import type { QueueMetrics } from '../queue/metrics.js';

export interface ItemObservation {
  readonly metrics: QueueMetrics;
  readonly tracing: Tracing;
}

/** Runs each handler as the work of its item: counted, and in the log and the trace of what the item goes back to. */
export function observeItems({ metrics, tracing }: ItemObservation): AroundHandler {
  return async (item, run) => {
    const start = performance.now();
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
      metrics.handled(item, performance.now() - start);
    }
  };
}
