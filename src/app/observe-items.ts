import type { Tracing } from '../platform/tracing/tracing.js';
import { within } from '../platform/tracing/work.js';
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
    const name = `${channel ? `deliver ${channel.toLowerCase()}` : 'expand'} ${eventType}`;
    const work = tracing.begin({ name, kind: 'consumer', requestId: item.id });
    let failed = true;
    try {
      const outcome = await within(work, run);
      failed = false;
      return outcome;
    } finally {
      metrics.handled(item, performance.now() - start);
      tracing.end(work, { failed });
    }
  };
}
