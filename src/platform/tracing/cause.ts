import { presentWork, type Work } from './work.js';

/** What a queue item or an event goes back to. */
export interface Cause {
  /** Of the request; null when it was no request of anybody. */
  readonly requestId: string | null;
  /** The place in a trace, as W3C writes it; null while nobody traced. */
  readonly traceparent: string | null;
}

/** The present work as an item or an event keeps it: `<request id>[ <traceparent>]`. Null for what the process does by itself. */
export function presentCause(): string | null {
  const work = presentWork();
  if (!work?.requestId) return null;
  const traceparent = traceparentOf(work);
  return traceparent ? `${work.requestId} ${traceparent}` : work.requestId;
}

/** Reads what was kept. */
export function readCause(kept: string | null | undefined): Cause {
  const [requestId = null, traceparent = null] = kept?.split(' ') ?? [];
  return { requestId, traceparent };
}

function traceparentOf({ span }: Work): string | null {
  if (!span) return null;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
