import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { MetricsRegistry } from './registry.js';

/** The media type of OpenMetrics 1.0. */
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/**
 * The metrics in the text of OpenMetrics. It is made of the text for Prometheus: prom-client's own renames the
 * counters of a registry for good, so that one registry could not be read in both.
 */
export async function openMetricsText(registry: MetricsRegistry): Promise<string> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '');
  const counters = new Set(lines.map((line) => /^# TYPE (\S+)_total counter$/.exec(line)?.[1]));
  const families = lines.map((line) => {
    const [, start, name, rest] = /^(# (?:HELP|TYPE) )(\S+?)_total( .*)$/.exec(line) ?? [];
    return start !== undefined && counters.has(name) ? `${start}${name}${rest}` : line;
  });
  return `${families.join('\n')}\n# EOF\n`;
}

/** A value with the labels that tell it from the others of its metric. */
interface ReadableValue {
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly value?: number;
  /** Of a histogram: how many, their mean, and below what half of them and nearly all lie. */
  readonly count?: number;
  readonly mean?: number;
  readonly p50?: number | null;
  readonly p99?: number | null;
}

/** A metric for people. */
export interface ReadableMetric {
  readonly type: string;
  readonly help: string;
  readonly values: readonly ReadableValue[];
}

/** The metrics by name for people: a histogram is its count, mean and quantiles (the upper ends of their buckets). */
export async function readableMetrics(registry: MetricsRegistry): Promise<Record<string, ReadableMetric>> {
  const metrics = await registry.getMetricsAsJSON();
  return Object.fromEntries(
    metrics.map((metric) => {
      const { name, help } = metric;
      // The declaration says that it is an enum; it is a word.
      const type = String(metric.type);
      return [name, { type, help, values: type === 'histogram' ? histograms(metric) : plain(metric) }];
    }),
  );
}

function plain({ values }: MetricObjectWithValues<MetricValue<string>>): ReadableValue[] {
  return values.map(({ labels, value }) =>
    Object.keys(labels).length > 0 ? { labels: labels as Record<string, string>, value } : { value },
  );
}

/** A histogram comes as a value for each of its buckets, told apart by `le`, and two more for sum and count. */
interface BucketValue extends MetricValue<string> {
  readonly metricName?: string;
}

function histograms({ name, values }: MetricObjectWithValues<MetricValue<string>>): ReadableValue[] {
  const groups = new Map<string, BucketValue[]>();
  for (const value of values as BucketValue[]) {
    const { le, ...labels } = value.labels as Record<string, string>;
    const key = JSON.stringify(labels);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return [...groups].map(([key, group]) => {
    const labels = JSON.parse(key) as Record<string, string>;
    const one = (suffix: string) =>
      group.find(({ metricName }) => metricName === `${name}${suffix}`)?.value ?? 0;
    const [count, sum] = [one('_count'), one('_sum')];
    const buckets = group.filter(({ metricName }) => metricName === `${name}_bucket`);
    const below = (share: number) => {
      const bucket = buckets.find(({ value }) => count > 0 && value >= share * count);
      const end = Number(bucket?.labels['le'] ?? Number.NaN);
      return Number.isFinite(end) ? end : null;
    };
    const facts = { count, mean: count === 0 ? 0 : sum / count, p50: below(0.5), p99: below(0.99) };
    return Object.keys(labels).length > 0 ? { labels, ...facts } : facts;
  });
}
