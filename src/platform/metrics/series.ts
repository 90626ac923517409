import type { Metric } from 'prom-client';
import type { MetricsRegistry } from './registry.js';

/** What a metric is called, and how its series are told apart. */
export interface SeriesOptions<Labels extends readonly string[]> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: Labels;
  readonly registry: MetricsRegistry;
}

/** A value for each label, in their order. */
type Values<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string };

/** A line of what is shown. */
interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Series by the first of their values, then by the second, and so on: no key is put together at every step. */
interface Branch<Series> extends Map<string, Branch<Series> | Series> {}

/**
 * A metric of prom-client's registry for what happens several times in each request. Its own counters and histograms put
 * the labels together anew at every step, which was most of what metrics cost; here who counts holds the series itself,
 * and labels are written when somebody looks.
 */
abstract class Metrics<Labels extends readonly string[], Series extends { reset(): void }> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: Labels;
  readonly aggregator = 'sum';
  abstract readonly type: 'counter' | 'histogram';
  readonly #tree: Branch<Series> = new Map();
  readonly #all: { readonly labels: Readonly<Record<string, string>>; readonly series: Series }[] = [];

  constructor({ name, help, labelNames, registry }: SeriesOptions<Labels>) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    // Of a metric the registry asks a name and `get`; it declares the classes that it brings along.
    registry.registerMetric(this as unknown as Metric);
  }

  protected abstract create(): Series;
  protected abstract samples(series: Series, labels: Readonly<Record<string, string>>): Sample[];

  /** The series of these values, the same one each time: hold on to it where the values are known before. */
  of(...values: Values<Labels>): Series {
    let branch = this.#tree;
    const last = values.length - 1;
    for (let index = 0; index < last; index++) {
      const value = values[index] as string;
      let next = branch.get(value) as Branch<Series> | undefined;
      if (!next) {
        next = new Map();
        branch.set(value, next);
      }
      branch = next;
    }
    const value = values[last] as string;
    return (branch.get(value) as Series | undefined) ?? this.#add(branch, value, values);
  }

  #add(branch: Branch<Series>, value: string, values: readonly string[]): Series {
    const series = this.create();
    branch.set(value, series);
    const labels = Object.fromEntries(this.labelNames.map((label, index) => [label, values[index] ?? '']));
    this.#all.push({ labels, series });
    return series;
  }

  /** What the registry asks for. */
  async get() {
    const { name, help, type, aggregator } = this;
    const values = this.#all.flatMap(({ labels, series }) => this.samples(series, labels));
    return { name, help, type, aggregator, values };
  }

  /** Begins at nothing again, as the registry's own `resetMetrics` asks; whoever holds a series goes on with it. */
  reset(): void {
    for (const { series } of this.#all) series.reset();
  }
}

/** How often, or how much of, something was. */
export class Count {
  total = 0;

  add(amount = 1): void {
    this.total += amount;
  }

  reset(): void {
    this.total = 0;
  }
}

/** A counter, by its labels. */
export class Counts<Labels extends readonly string[]> extends Metrics<Labels, Count> {
  readonly type = 'counter';

  protected create(): Count {
    return new Count();
  }

  protected samples({ total }: Count, labels: Readonly<Record<string, string>>): Sample[] {
    return [{ labels, value: total }];
  }
}

/** How long something took: how often up to each bound, and in all. */
export class Times {
  readonly bounds: readonly number[];
  readonly counts: number[];
  count = 0;
  seconds = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  observe(seconds: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && seconds > (bounds[index] as number)) index++;
    if (index < bounds.length) counts[index] = (counts[index] as number) + 1;
    this.count += 1;
    this.seconds += seconds;
  }

  reset(): void {
    this.counts.fill(0);
    this.count = this.seconds = 0;
  }
}

/** A histogram of times, in seconds, by its labels. */
export class Latencies<Labels extends readonly string[]> extends Metrics<Labels, Times> {
  readonly type = 'histogram';
  readonly #buckets: readonly number[];

  constructor(options: SeriesOptions<Labels> & { readonly buckets: readonly number[] }) {
    super(options);
    this.#buckets = options.buckets;
  }

  protected create(): Times {
    return new Times(this.#buckets);
  }

  protected samples({ counts, count, seconds }: Times, labels: Readonly<Record<string, string>>): Sample[] {
    const metricName = `${this.name}_bucket`;
    let below = 0;
    const buckets = this.#buckets.map((le, index) => {
      below += counts[index] ?? 0;
      return { metricName, labels: { le, ...labels }, value: below };
    });
    return [
      ...buckets,
      { metricName, labels: { le: '+Inf', ...labels }, value: count },
      { metricName: `${this.name}_sum`, labels, value: seconds },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
