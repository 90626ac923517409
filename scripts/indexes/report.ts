import { writeFile } from 'node:fs/promises';
import type { PlanNode, RunPlan } from '../plans/plan-recorder.js';
import { readingOf } from '../plans/plan-rules.js';
import type { SeenStatement } from '../plans/statement-log.js';
import type { Comparison } from './before-after.js';
import type { IndexFacts } from './catalogue.js';
import type { WriteCost } from './write-cost.js';

/** What the report is made of. */
export interface IndexReport {
  readonly statements: readonly SeenStatement[];
  readonly indexes: readonly IndexFacts[];
  readonly comparisons: ReadonlyMap<string, Comparison>;
  readonly writes: ReadonlyMap<string, WriteCost>;
  /** Rows of each table. */
  readonly tables: ReadonlyMap<string, number>;
  readonly processors: string;
  readonly command: string;
}

const count = (value: number) => Math.round(value).toLocaleString('en');
const mebibytes = (bytes: number) => (bytes / 1_048_576).toFixed(1);
const milliseconds = (value: number) => value.toFixed(value < 10 ? 2 : 0);
const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
const shortened = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, length)} …` : text;

function scansOf(node: PlanNode): string[] {
  const here = node['Actual Loops'] > 0 && / Scan$/.test(node['Node Type']);
  const what = node['Index Name'] ?? node['Relation Name'];
  const own = here && what ? [`${node['Node Type']} ${what}`] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scansOf)];
}

const everything = { has: () => true } as unknown as ReadonlySet<string>;

/** Where a plan looks, what it read there and how long it took. */
function planText(plan: RunPlan | string, table: string): string {
  if (typeof plan === 'string') return plan;
  const scans = [...new Set(scansOf(plan.root))].filter(
    (scan) => scan.includes(table) || !/_pkey$/.test(scan),
  );
  const { read } = readingOf(plan, everything);
  return `${shortened(scans.join(', '), 160)}: ${count(read)} rows, ${milliseconds(plan.milliseconds)} ms`;
}

function indexLine(report: IndexReport, index: IndexFacts): string {
  const { name, table, bytes, rule } = index;
  const comparison = report.comparisons.get(name);
  const cost = report.writes.get(name);
  const why = rule ? 'holds a rule; no statement of ours looks into it' : 'see below';
  const query = comparison
    ? `${comparison.statement.of ?? 'the database'}: \`${cell(shortened(cell(comparison.statement.text), 110)).replaceAll('`', '')}\``
    : why;
  return `| ${[
    `${name} (${table})`,
    query,
    comparison ? cell(planText(comparison.before, table)) : '–',
    comparison ? cell(planText(comparison.after, table)) : '–',
    mebibytes(bytes),
    // A table that is empty here tells nothing.
    cost && Number.isFinite(cost.microseconds)
      ? `${cost.microseconds.toFixed(1)} µs, ${count(cost.walBytes)} B`
      : '–',
  ].join(' | ')} |`;
}

function statementLine({ of, text, runs, worst, plan }: SeenStatement): string {
  const by = of === null ? 'trigger, foreign key or function' : of || 'at the start';
  const indexes = worst.indexes.join(', ') || '–';
  return `| ${[
    by,
    `\`${cell(shortened(cell(text), 90)).replaceAll('`', '')}\``,
    count(runs),
    count(worst.read),
    count(worst.given),
    milliseconds(plan.milliseconds),
    worst.scannedWhole.length > 0 ? `**reads all of ${worst.scannedWhole.join(', ')}**; ${indexes}` : indexes,
  ].join(' | ')} |`;
}

/** Writes the page, as Markdown. */
export async function writeReport(path: string, report: IndexReport): Promise<void> {
  const { statements, indexes, tables } = report;
  const rows = [...tables].filter(([, n]) => n >= 1_000).sort(([, a], [, b]) => b - a);
  const shown = [...statements]
    .filter(({ worst }) => worst.indexes.length > 0 || worst.scannedWhole.length > 0)
    .sort((a, b) => (a.of ?? '~').localeCompare(b.of ?? '~'));
  const head = '| index (table) | query | before | after | MB | an insert |\n|---|---|---|---|---:|---|';
  const text = `# Indexes, and the plans of all statements

Written by \`${report.command}\` on ${report.processors}, PostgreSQL from npm. The data are those of \`npm run db:fill\`: two
schools, with ${rows.map(([name, n]) => `${count(n)} ${name}`).join(', ')}.

People, admins and the worker do everything once on these data (\`tests/plans/story.ts\`), and PostgreSQL's auto_explain
tells how each statement was run: with the plan for parameters that the planner does not know, which prepared statements come
to after a few runs. \`npm run test:plans\` fails when one reads a large table whole or many more rows than it gives, when a
function with a statement was not called, and when no statement looks into an index; the exceptions and their reasons are in
\`tests/plans/exceptions.ts\`.

## The six of the design

*Before* is the same statement with the index taken away, in a transaction that is rolled back; *after* is with it. Rows are
those that were read, those that a filter removed too. The last column is what the index adds to the insertion of a row: the
median of five pairs of 5,000 rows with it and without it, and bytes of the write-ahead log without images of pages. Times
are of single runs; of the cost of a write, the bytes are exact, and the microseconds are as good as the machine was quiet:
below zero is no cost that could be told from chance.

${head}
${indexes
  .slice(0, 6)
  .map((index) => indexLine(report, index))
  .join('\n')}

## All others

${head}
${indexes
  .slice(6)
  .map((index) => indexLine(report, index))
  .join('\n')}

## Every statement

The run of each in which it read most. Rows read are of tables with at least a fifth of the rows that were asked for; rows
given are those that came of it or that it wrote.

| function | statement | runs | rows read | rows given | ms | indexes |
|---|---|---:|---:|---:|---:|---|
${shown.map(statementLine).join('\n')}
`;
  await writeFile(path, text);
}
