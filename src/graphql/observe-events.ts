import type { StreamItem } from '../channels/events.js';
import { readCause } from '../platform/tracing/cause.js';
import { type Tracing, traced } from '../platform/tracing/tracing.js';

/** Executes each event as work of its own, in the log and the trace of what the event goes back to. */
export function observeEvents(tracing: Tracing) {
  return <T>(item: StreamItem, run: () => Promise<T>): Promise<T> => {
    const { requestId, traceparent } = readCause(item.type === 'event' ? item.event.cause : null);
    const name = item.type === 'event' ? `event ${item.event.kind}` : item.type;
    const work = tracing.begin({ name, kind: 'consumer', requestId: requestId ?? '', parent: traceparent });
    return traced(tracing, work, run);
  };
}
