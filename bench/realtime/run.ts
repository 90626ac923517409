/**
 * Measures the real-time channel: `npm run realtime`. The numbers go to docs/performance/realtime.json. `BENCH_PARTS`
 * (fan-out, durable, memory; comma separated) runs some of it, and writes nothing.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { measureDurable } from './durable.js';
import { fanOutRatios, measureFanOut } from './fan-out.js';
import { measureMemory } from './memory.js';
import { rounded } from './statistics.js';

const parts = process.env['BENCH_PARTS']?.split(',') ?? ['fan-out', 'durable', 'memory'];
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);
const load = [rounded(loadavg()[0] ?? 0)];
const figures: Record<string, unknown> = {};

if (parts.includes('fan-out')) {
  const fanOut = await measureFanOut(1_000, 64, rounds);
  figures['fanOut'] = { ratios: fanOutRatios(fanOut), ...fanOut };
  console.log('fan-out', fanOutRatios(fanOut));
}
if (parts.includes('durable')) {
  const { latencies, ...durable } = await measureDurable(1_000, 20, 1_200);
  figures['durable'] = { ...durable, latencies };
  console.log('durable', durable);
}
if (parts.includes('memory')) {
  const memory = await measureMemory(4, 2_000);
  const ratios = {
    rss: rounded(memory.rss.lectern / memory.rss.ws),
    js: rounded(memory.js.lectern / memory.js.ws),
  };
  figures['memory'] = { ratios, ...memory };
  console.log('memory', ratios, memory.rss, memory.js);
}
load.push(rounded(loadavg()[0] ?? 0));

if (!process.env['BENCH_PARTS']) {
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load };
  const raw = { date: new Date().toISOString(), machine, ...figures };
  const file = new URL('../../docs/performance/realtime.json', import.meta.url);
  await writeFile(file, `${JSON.stringify(raw)}\n`);
}
