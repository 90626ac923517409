import {
  type Attributes,
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Beginning, Tracing } from './tracing.js';
import { newWork } from './work.js';

export interface OtlpOptions {
  /** Of the receiver, without `/v1/traces`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** The share of traces that are recorded, from 0 to 1; a caller's own decision counts for its traces. */
  readonly share: number;
}

const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL };

/**
 * Traces to a receiver of OTLP over HTTP. Only here is the SDK loaded, and nothing global is set: a span travels with
 * the work that it belongs to. What cannot be sent is dropped, within a bound.
 */
export function createOtlpTracing({ endpoint, serviceName, share }: OtlpOptions): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer('lectern');

  return {
    begin(beginning) {
      const { name, kind, requestId, parent } = beginning;
      const span = tracer.startSpan(
        name,
        { kind: kinds[kind], attributes: { 'request.id': requestId } },
        contextOf(beginning),
      );
      return typeof parent === 'object' && parent ? { ...parent, span } : newWork(requestId, span);
    },
    end({ span }, { failed, attributes } = {}) {
      if (attributes) span?.setAttributes(attributes as Attributes);
      if (failed) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
    },
    statement({ span: parent }, { name, start, failed, attributes }) {
      if (!parent?.isRecording()) return;
      const startTime = performance.timeOrigin + start;
      const context = trace.setSpan(ROOT_CONTEXT, parent);
      const span = tracer.startSpan(
        name,
        { kind: SpanKind.CLIENT, startTime, attributes: attributes as Attributes },
        context,
      );
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
    stop: () => provider.shutdown(),
  };
}

function contextOf({ parent }: Beginning): Context {
  if (typeof parent !== 'string')
    return parent?.span ? trace.setSpan(ROOT_CONTEXT, parent.span) : ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = ''] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(parent) ?? [];
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}
