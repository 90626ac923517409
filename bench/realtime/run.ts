/**
 * Measures the real-time channel: `npm run realtime`. The numbers go to docs/performance/realtime.json, or where `BENCH_FILE`
 * says; with `BENCH_PARTS` (fan-out, durable, memory; comma separated) only those parts are measured, and written.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { measureDurable } from './durable.js';
import { fanOutRatios, measureFanOut } from './fan-out.js';
import { measureMemory, memoryRatios } from './memory.js';
import { rounded } from './statistics.js';

const parts = process.env['BENCH_PARTS']?.split(',') ?? ['fan-out', 'durable', 'memory'];
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);
const file = new URL(process.env['BENCH_FILE'] ?? '../../docs/performance/realtime.json', import.meta.url);
const measured = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, object>;

/** Measures a part and writes it, with when and where it was measured. */
async function part(name: string, measure: () => Promise<object>): Promise<void> {
  if (!parts.includes(name)) return;
  const load = rounded(loadavg()[0] ?? 0);
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load };
  const figures = await measure();
  measured[name] = { date: new Date().toISOString(), machine, ...figures };
  await writeFile(file, `${JSON.stringify(measured)}\n`);
}

await part('fan-out', async () => {
  const figures = await measureFanOut(1_000, 64, rounds);
  const ratios = fanOutRatios(figures);
  console.log('fan-out', ratios);
  return { ratios, ...figures };
});
await part('durable', async () => {
  const { latencies, ...figures } = await measureDurable(1_000, 20, 1_200);
  console.log('durable', figures);
  return { ...figures, latencies };
});
await part('memory', async () => {
  const figures = await measureMemory(4, 2_000, 5);
  const ratios = memoryRatios(figures);
  console.log('memory', ratios, figures.rss, figures.js);
  return { ratios, ...figures };
});
