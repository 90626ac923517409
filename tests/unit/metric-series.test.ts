import { createMetricsRegistry } from '../../src/platform/metrics/registry.js';
import { Counts, Latencies } from '../../src/platform/metrics/series.js';

it('goes on counting in a series that somebody holds after the registry was told to begin anew', async () => {
  const registry = createMetricsRegistry();
  const counts = new Counts({ name: 'seen_total', help: 'Seen.', labelNames: ['kind'] as const, registry });
  const times = new Latencies({
    ...{ name: 'took_seconds', help: 'Took.', labelNames: ['kind'] as const, buckets: [1, 2], registry },
  });
  const [count, time] = [counts.of('a'), times.of('a')];
  count.add(5);
  time.observe(0.5);
  time.observe(3);
  registry.resetMetrics();
  count.add();
  time.observe(1.5);

  const text = await registry.metrics();
  expect(text.split('\n').filter((line) => /^(seen|took)/.test(line))).toEqual([
    'seen_total{kind="a"} 1',
    'took_seconds_bucket{le="1",kind="a"} 0',
    'took_seconds_bucket{le="2",kind="a"} 1',
    'took_seconds_bucket{le="+Inf",kind="a"} 1',
    'took_seconds_sum{kind="a"} 1.5',
    'took_seconds_count{kind="a"} 1',
  ]);
});

it('tells series apart by all of their values, in their order', async () => {
  const registry = createMetricsRegistry();
  const counts = new Counts({
    ...{ name: 'seen_total', help: 'Seen.', labelNames: ['kind', 'code'] as const, registry },
  });
  for (const [kind, code] of [
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'a'],
    ['a', 'b'],
    ['', 'ab'],
  ] as const)
    counts.of(kind, code).add();
  const text = await registry.metrics();
  expect(text.split('\n').filter((line) => line.startsWith('seen'))).toEqual([
    'seen_total{kind="a",code="b"} 2',
    'seen_total{kind="a",code="c"} 1',
    'seen_total{kind="b",code="a"} 1',
    'seen_total{kind="",code="ab"} 1',
  ]);
});
