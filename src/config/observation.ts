import { z } from 'zod';

const port = z.coerce
  .number('must be a port from 0 to 65535')
  .int()
  .min(0)
  .max(65_535, 'must be a port from 0 to 65535');

/** The variables of metrics, slow operations and traces; `docs/operations/observability.md` tells what each means. */
export const observationVariables = {
  METRICS: z.enum(['true', 'false'], 'must be true or false').default('true'),
  METRICS_TOKEN: z
    .string()
    .regex(/^\S{16,}$/, 'must be at least 16 characters without spaces')
    .optional(),
  METRICS_PORT: port.optional(),
  WORKER_METRICS_PORT: port.optional(),
  METRICS_OPERATIONS: z
    .string()
    .transform((value) => value.split(',').map((name) => name.trim()))
    .refine(
      (names) => names.length <= 500 && names.every((name) => /^[_A-Za-z]\w{0,79}$/.test(name)),
      'must be names of operations with commas between them, 500 at most',
    )
    .default([]),
  SLOW_OPERATION_MS: z.coerce
    .number('must be a number of milliseconds; 0 logs none')
    .int()
    .min(0)
    .max(600_000)
    .default(1_000),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be a URL of http or https' })
    .optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('lectern'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number('must be a number from 0 to 1').min(0).max(1).default(1),
};

/** How the process shows what it does. */
export interface ObservationConfig {
  /** Whether requests, operations and statements are counted and logged; false is for measuring what that costs. */
  readonly observed: boolean;
  /** What a scraper of metrics must send; null: anybody may read them. */
  readonly metricsToken: string | null;
  /** A port of their own for the API's metrics; null: they are on the API's. */
  readonly metricsPort: number | null;
  /** Where a lone worker shows its metrics; null: nowhere. */
  readonly workerMetricsPort: number | null;
  /** Names of operations that metrics tell apart, beside those of `client/`. */
  readonly metricsOperations: readonly string[];
  /** An operation that takes longer is logged with its statements; 0: none is. */
  readonly slowOperationMs: number;
  /** Where traces go; null: there are none. */
  readonly traces: {
    /** Of a receiver of OTLP over HTTP, without `/v1/traces`. */
    readonly endpoint: string;
    readonly serviceName: string;
    /** The share of requests that are traced, from 0 to 1. */
    readonly share: number;
  } | null;
}

/** Reads them from the parsed variables. */
export function readObservation(env: z.infer<z.ZodObject<typeof observationVariables>>): ObservationConfig {
  return {
    observed: env.METRICS === 'true',
    metricsToken: env.METRICS_TOKEN ?? null,
    metricsPort: env.METRICS_PORT ?? null,
    workerMetricsPort: env.WORKER_METRICS_PORT ?? null,
    metricsOperations: env.METRICS_OPERATIONS,
    slowOperationMs: env.SLOW_OPERATION_MS,
    traces: env.OTEL_EXPORTER_OTLP_ENDPOINT
      ? {
          endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
          serviceName: env.OTEL_SERVICE_NAME,
          share: env.OTEL_TRACES_SAMPLER_ARG,
        }
      : null,
  };
}
