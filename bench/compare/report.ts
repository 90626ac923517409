import { readFile, writeFile } from 'node:fs/promises';
import { type Bar, barChart, colors, lineChart, ownColor } from './chart.js';
import { contenders } from './contenders.js';
import { messages, rows } from './data.js';
import { median, type Sample, type Series } from './measure.js';
import { type Operation, type OperationName, operations } from './operations.js';
import { docs, type Results, type Run, readResults } from './results.js';
import { poolSize } from './servers.js';

/** With so many connections the charts are drawn and the ratios told first. */
const usual = 8;
const perCpuSecond = ({ cpu }: Sample) => 1e6 / cpu;
const perSecond = ({ operations: count, seconds }: Sample) => count / seconds;
const whole = (value: number) => Math.round(value).toLocaleString('en');
const titleOf = (name: string) => contenders.find((one) => one.name === name)?.title ?? name;
const isOwn = (name: string) => contenders.find((one) => one.name === name)?.isLectern ?? false;

/** What was measured of one operation. */
class Measured {
  readonly series: readonly Series[];
  readonly names: readonly string[];
  readonly connections: readonly number[];

  constructor(results: Results, name: OperationName) {
    this.series = results.series.filter(({ operation }) => operation === name);
    const present = new Set(this.series.map(({ contender }) => contender));
    this.names = contenders.map((one) => one.name).filter((one) => present.has(one));
    this.connections = [...new Set(this.series.map(({ connections }) => connections))];
  }

  samples(contender: string, connections: number): readonly Sample[] {
    const found = this.series.find((one) => one.contender === contender && one.connections === connections);
    return found?.samples ?? [];
  }

  of(contender: string, connections: number, read: (sample: Sample) => number): number {
    return median(this.samples(contender, connections).map(read));
  }

  /** How many times the other's operations one does in a CPU second: compared round by round. */
  ratio(one: string, other: string, connections: number): { median: number; least: number; most: number } {
    const others = this.samples(other, connections);
    const ratios = this.samples(one, connections).map(
      (sample, index) => perCpuSecond(sample) / perCpuSecond(others[index] as Sample),
    );
    return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
  }
}

function tableOf(measured: Measured): string {
  const { connections } = measured;
  const heads = [
    'requests per CPU second',
    'CPU, µs',
    'of PostgreSQL, µs',
    ...connections.map((count) => `requests/s at ${count}`),
    `p50 / p99 at ${usual}, ms`,
    'memory, MB',
  ];
  const lines = measured.names
    .toSorted((a, b) => measured.of(a, usual, ({ cpu }) => cpu) - measured.of(b, usual, ({ cpu }) => cpu))
    .map((name) => {
      const of = (read: (sample: Sample) => number, count = usual) => measured.of(name, count, read);
      const cells = [
        whole(of(perCpuSecond)),
        whole(of(({ cpu }) => cpu)),
        whole(of(({ postgres }) => postgres)),
        ...connections.map((count) => whole(of(perSecond, count))),
        `${of(({ p50 }) => p50)} / ${of(({ p99 }) => p99)}`,
        whole(of(({ rss }) => rss)),
      ];
      const title = isOwn(name) ? `**${titleOf(name)}**` : titleOf(name);
      return `| ${title} | ${cells.join(' | ')} |`;
    });
  return [`| | ${heads.join(' | ')} |`, `|---${'|---'.repeat(heads.length)}|`, ...lines].join('\n');
}

async function drawCharts(operation: Operation, measured: Measured): Promise<void> {
  const bars = measured.names.map((name): Bar => {
    const values = measured.samples(name, usual).map(perCpuSecond);
    return {
      ...{ name: titleOf(name), own: isOwn(name), value: median(values) },
      ...{ least: Math.min(...values), most: Math.max(...values) },
    };
  });
  const file = (kind: string) => new URL(`benchmarks-${operation.name}${kind}.svg`, docs);
  const ordered = bars.toSorted((a, b) => b.value - a.value);
  await writeFile(
    file(''),
    barChart(`Requests per CPU second, ${usual} connections (more is better)`, ordered),
  );
  let color = 0;
  const lines = measured.names.map((name) => ({
    name: titleOf(name),
    color: name === 'lectern' ? ownColor : (colors[color++] ?? 'black'),
    points: measured.connections.map((count) => measured.of(name, count, perSecond)),
  }));
  await writeFile(file('-connections'), lineChart('Requests per second', measured.connections, lines));
}

interface Target {
  readonly operation: OperationName;
  readonly one: string;
  readonly other: string;
  readonly factor: number;
  readonly text: string;
}

const targets: readonly Target[] = [
  {
    operation: 'memory',
    one: 'lectern',
    other: 'mercurius',
    factor: 1.2,
    text: 'query from memory, Mercurius with JIT',
  },
  {
    operation: 'memory',
    one: 'lectern',
    other: 'apollo',
    factor: 5,
    text: 'query from memory, Apollo Server as installed',
  },
  {
    operation: 'lessons',
    one: 'lectern',
    other: 'mercurius',
    factor: 1.5,
    text: 'lesson list, Mercurius with JIT + Prisma',
  },
];

function targetsOf(results: Results): string {
  const known = targets.filter(({ operation }) => results.runs[operation]);
  const lines = known.map(({ operation, one, other, factor, text }) => {
    const measured = new Measured(results, operation);
    const cells = measured.connections.map((count) => {
      const ratio = measured.ratio(one, other, count);
      return `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)})`;
    });
    const ratio = measured.ratio(one, other, usual).median;
    return `| ${text} | ≥ ${factor} | ${cells.join(' | ')} | ${ratio >= factor ? 'reached' : '**missed**'} |`;
  });
  const heads = new Measured(results, 'memory').connections.map((count) => `at ${count}`);
  return [
    `| Lectern's requests per CPU second over those of | target | ${heads.join(' | ')} | at ${usual} |`,
    `|---|---|${'---|'.repeat(heads.length + 1)}`,
    ...lines,
  ].join('\n');
}

function statementsOf({ told }: Results): string {
  if (told.length === 0) return '';
  const names = contenders
    .map(({ name }) => name)
    .filter((name) => told.some((one) => one.contender === name));
  const columns = operations.flatMap(({ name, sized, source }) =>
    source === 'memory' ? [] : (sized ? [1, 20, 100] : [null]).map((size) => ({ name, size })),
  );
  const heads = columns.map(({ name, size }) => (size === null ? name : `${name}, ${size}`));
  const lines = names.map((contender) => {
    const cells = columns.map(
      ({ name, size }) =>
        told.find((one) => one.contender === contender && one.operation === name && one.rows === size)
          ?.statements.length ?? '–',
    );
    return `| ${titleOf(contender)} | ${cells.join(' | ')} |`;
  });
  const texts = told
    .filter(({ contender, rows: size }) => contender === 'lectern' && (size === null || size === 20))
    .map(({ operation, statements }) => {
      const list = statements.map((text, index) => `-- ${index + 1}\n${text}`).join('\n\n');
      return `<details><summary>${operation}: ${statements.length}</summary>\n\n\`\`\`sql\n${list}\n\`\`\`\n\n</details>`;
    });
  return [
    `| statements for one request | ${heads.join(' | ')} |`,
    `|---${'|---'.repeat(heads.length)}|`,
    ...lines,
    '\nThose of Lectern, at 20 rows where there are several:\n',
    ...texts,
  ].join('\n');
}

function profilesOf({ profiles }: Results): string {
  if (profiles.length === 0) return '';
  const blocks = operations.flatMap(({ name, title }) => {
    const found = profiles.filter(({ operation }) => operation === name);
    if (found.length === 0) return [];
    const parts = [
      ...new Set(
        found.flatMap(({ shares }) => shares.filter(({ share }) => share >= 0.01).map(({ part }) => part)),
      ),
    ];
    const shareOf = (index: number, part: string) =>
      found[index]?.shares.find((one) => one.part === part)?.share ?? 0;
    const percent = (share: number) => (share < 0.005 ? '' : `${Math.round(share * 100)} %`);
    return [
      `**${title}**\n`,
      `| | ${found.map(({ contender }) => titleOf(contender)).join(' | ')} |`,
      `|---${'|---'.repeat(found.length)}|`,
      ...parts
        .sort((a, b) => shareOf(0, b) - shareOf(0, a))
        .map((part) => `| ${part} | ${found.map((_, index) => percent(shareOf(index, part))).join(' | ')} |`),
      '',
    ];
  });
  const heading =
    'Shares of the processor time of the server by profile (a sample each 200 µs, 8 connections), waiting left out:\n';
  return [heading, ...blocks].join('\n');
}

function machineOf(run: Run, runs: Results['runs']): string {
  const { cpu, cores, memoryGb, system, node, versions } = run.machine;
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const settings = Object.entries(run.postgres).map(([name, value]) => `${name} ${value}`);
  const dates = Object.entries(runs).map(
    ([name, one]) =>
      `${name} ${one.date.slice(0, 16).replace('T', ' ')} at ${one.machine.commit}${one.load ? `, load ${one.load}` : ''}`,
  );
  return [
    `- ${cores} × ${cpu}, ${memoryGb} GB, ${system}. Clients, servers and PostgreSQL share these ${cores} cores.`,
    `- Node ${node} for all servers (PostGraphile needs 22; \`BENCH_NODE\` chooses another).`,
    `- ${list.join(', ')}.`,
    `- PostgreSQL: ${settings.join(', ')}.`,
    `- When, and at which commit of Lectern: ${dates.join('; ')}.`,
  ].join('\n');
}

/** Writes benchmarks.md and its charts from benchmarks.json. */
export async function writeReport(): Promise<void> {
  const results = await readResults();
  const present = operations.filter(({ name }) => results.runs[name]);
  const run = results.runs[present[0]?.name ?? 'memory'];
  if (!run) throw new Error('there are no figures yet: npm run compare');
  const sections: string[] = [];
  for (const operation of present) {
    const measured = new Measured(results, operation.name);
    await drawCharts(operation, measured);
    sections.push(`### ${operation.title}

![Requests per CPU second](benchmarks-${operation.name}.svg)

${tableOf(measured)}

![Requests per second by connections](benchmarks-${operation.name}-connections.svg)
`);
  }
  const words = await readFile(new URL('words.md', import.meta.url), 'utf8');
  const lacks = contenders
    .filter(({ lacks: text }) => text)
    .map(({ title, lacks: text }) => `- **${title}.** ${text}`);
  const filled = {
    targets: targetsOf(results),
    sections: sections.join('\n'),
    statements: statementsOf(results),
    profiles: profilesOf(results),
    lacks: lacks.join('\n'),
    machine: machineOf(run, results.runs),
    seconds: String(run.seconds),
    repeats: String(run.repeats),
    pool: String(poolSize),
    lessons: whole(rows),
    messages: whole(messages),
  };
  const text = Object.entries(filled).reduce(
    (page, [name, value]) => page.replaceAll(`{{${name}}}`, () => value),
    words,
  );
  await writeFile(new URL('benchmarks.md', docs), text);
}
