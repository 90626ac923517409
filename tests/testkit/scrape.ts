/** One line of a scrape. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What `/metrics` said. */
export interface Scrape {
  readonly text: string;
  readonly series: readonly Series[];
  /** The value of the series with exactly these labels; NaN when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
  /** The names of the labels of the metric's first series, sorted. */
  labelsOf(name: string): string[];
}

/** Reads the metrics of a running server. */
export async function scrape(origin: string, headers: Record<string, string> = {}): Promise<Scrape> {
  const response = await fetch(`${origin}/metrics`, { headers });
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  const text = await response.text();
  const series = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parse);
  return {
    text,
    series,
    value(name, labels = {}) {
      const wanted = key(labels);
      return series.find((one) => one.name === name && key(one.labels) === wanted)?.value ?? Number.NaN;
    },
    labelsOf: (name) => Object.keys(series.find((one) => one.name === name)?.labels ?? {}).sort(),
  };
}

function parse(line: string): Series {
  const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text]);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}

function key(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort());
}
