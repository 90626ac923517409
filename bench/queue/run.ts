/**
 * Measures Lectern's queue beside others on one embedded PostgreSQL: `npm run queue`. Contenders take turns in an
 * order that changes with each round; the numbers and the chart go to docs/performance.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { promisify } from 'node:util';
import { chartOf } from './chart.js';
import { batchSize, concurrency, poolSize } from './contender.js';
import { startBenchPostgres } from './postgres.js';

const run = promisify(execFile);
const names = (process.env['BENCH_ONLY'] ?? 'lectern,graphile-worker,pg-boss,bullmq').split(',');
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);
const jobs = Number(process.env['BENCH_JOBS'] ?? 30_000);
const samples = Number(process.env['BENCH_SAMPLES'] ?? 150);
const docs = new URL('../../docs/performance/', import.meta.url);

const postgres = await startBenchPostgres();
let databases = 0;
/** Of the machine at the end of each round: it says how far the numbers can be trusted. */
const load: number[] = [];

async function round(name: string, mode: 'drain' | 'together' | 'apart', count: number): Promise<unknown> {
  const database = `bench_${databases++}`;
  const url = await postgres.database(database);
  const args = [
    '--import',
    'tsx',
    new URL('round.ts', import.meta.url).pathname,
    name,
    mode,
    url,
    String(count),
  ];
  const { stdout } = await run(process.execPath, args, { timeout: 300_000 });
  await postgres.drop(database);
  return JSON.parse(stdout);
}

const quantile = (values: readonly number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;
const rounded = (value: number) => Math.round(value * 100) / 100;

interface Measured {
  /** Jobs a second. */
  readonly drain: number[];
  /** Milliseconds, the median of each round: enqueued in the worker's process, and in another one. */
  readonly together: number[];
  readonly apart: number[];
  readonly apartP99: number[];
}
const measured: Record<string, Measured> = Object.fromEntries(
  names.map((name) => [name, { drain: [], together: [], apart: [], apartP99: [] }]),
);
const settings = await postgres.settings();

const medians = () =>
  names.map((name) => ({
    name,
    drain: quantile(measured[name]?.drain ?? [], 0.5),
    together: quantile(measured[name]?.together ?? [], 0.5),
    apart: quantile(measured[name]?.apart ?? [], 0.5),
    apartP99: quantile(measured[name]?.apartP99 ?? [], 0.5),
  }));

/** After each round: what was measured is not lost when a later one fails. */
async function save(done: number): Promise<void> {
  if (process.env['BENCH_ONLY']) return;
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load };
  const given = { poolSize, concurrency, batchSize, jobs, samples, rounds: done };
  const raw = { date: new Date().toISOString(), machine, settings, given, medians: medians(), measured };
  await writeFile(new URL('queue.json', docs), `${JSON.stringify(raw, null, 2)}\n`);
  await writeFile(new URL('queue.svg', docs), chartOf(medians()));
}

try {
  for (let n = 0; n < rounds; n++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(place + n) % names.length] as string;
      const of = measured[name] as Measured;
      of.drain.push(Math.round((await round(name, 'drain', jobs)) as number));
      const together = (await round(name, 'together', samples)) as number[];
      of.together.push(rounded(quantile(together, 0.5)));
      const apart = (await round(name, 'apart', samples)) as number[];
      of.apart.push(rounded(quantile(apart, 0.5)));
      of.apartP99.push(rounded(quantile(apart, 0.99)));
      const last = Object.entries(of).map(([what, values]) => `${what} ${values.at(-1)}`);
      console.log(`${n + 1}/${rounds} ${name}: ${last.join(', ')}`);
    }
    load.push(rounded(loadavg()[0] ?? 0));
    await save(n + 1);
  }
} catch (error) {
  await postgres.stop();
  throw error;
}

console.table(medians());
await postgres.stop();
