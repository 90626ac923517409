import { readdirSync, readFileSync } from 'node:fs';
import { dashboards } from '../../ops/dashboards/index.js';
import { everyMetric } from '../../ops/every-metric.js';

const alerts = readFileSync('ops/prometheus/alerts.yml', 'utf8');
const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name as string);
const expressions = [...alerts.matchAll(/expr: (?:>-\n((?: {10}.*\n)+)|(.*))/g)].map(
  ([, block, line]) => block ?? line ?? '',
);
const queries = dashboards.flatMap(({ panels }) =>
  panels.flatMap((panel) => panel.queries.map(({ expr }) => expr)),
);

/** Prometheus adds these itself. */
const ofPrometheus = ['le', 'job', 'instance'];

/** The series of a metric, with the labels that it has. */
const series = new Map<string, readonly string[]>([['up', []]]);
for (const { name, type, labels } of everyMetric()) {
  const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  for (const suffix of suffixes) series.set(name + suffix, labels);
}

/** What is wrong with the names in an expression. */
function problems(expr: string): string[] {
  const bare = expr
    .replace(/\bby \([^)]*\)/g, '')
    .replace(/"[^"]*"/g, '""')
    .replace(/\[\w+\]/g, '');
  const used = [...bare.replace(/\{[^}]*\}/g, '').matchAll(/\b([a-z]\w*)\b(?!\s*\()/g)].map(
    ([, name]) => name as string,
  );
  const metrics = used.filter((name) => name !== 'and');
  const unknown = metrics.filter((name) => !series.has(name)).map((name) => `${name} is no metric`);
  const known = new Set([...ofPrometheus, ...metrics.flatMap((name) => series.get(name) ?? [])]);
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => (list ?? '').split(/,\s*/));
  const matched = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, list]) =>
    [...(list ?? '').matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label as string),
  );
  const labels = [...grouped, ...matched].filter((label) => label !== '' && !known.has(label));
  return [...unknown, ...labels.map((label) => `${label} is no label in ${expr}`)];
}

it('the check finds a metric and a label that do not exist', () => {
  expect(problems('sum by (nothing) (rate(gone_total{code="1"}[5m]))')).toHaveLength(3);
});

it('dashboards and alerts use metrics and labels that exist', () => {
  expect(queries.length).toBeGreaterThan(30);
  expect(expressions.length).toBe(names.length);
  expect([...queries, ...expressions].flatMap(problems)).toEqual([]);
});

it('every alert has a runbook, and every runbook an alert', () => {
  const pages = readdirSync('docs/operations/runbooks').filter((name) => name !== 'README.md');
  expect(pages.sort()).toEqual(names.map((name) => `${name}.md`).sort());
  for (const name of names) expect(alerts).toContain(`runbook: docs/operations/runbooks/${name}.md`);
});

it('every metric is documented, and so are its labels', () => {
  const page = readFileSync('docs/operations/metrics.md', 'utf8');
  for (const { name, labels } of everyMetric()) {
    const line = page.split('\n').find((row) => row.startsWith(`| \`${name}\` `));
    expect(line ?? `nothing about ${name}`).toContain(name);
    for (const label of labels) expect(line).toContain(`\`${label}\``);
  }
});

it('the seven metrics of the design have their names, types and labels', () => {
  const seven = {
    ws_connections_total: ['counter', 'status'],
    ws_ping_timeout_total: ['counter'],
    chat_messages_total: ['counter', 'type'],
    notifications_sent_total: ['counter', 'channel'],
    api_request_latency_seconds: ['histogram', 'method', 'path', 'status'],
    active_ws_connections: ['gauge'],
    db_query_latency_seconds: ['histogram', 'operation'],
  };
  const declared = Object.fromEntries(
    everyMetric().map(({ name, type, labels }) => [name, [type, ...labels]]),
  );
  expect(declared).toMatchObject(seven);
});
