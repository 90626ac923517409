/** A server under measurement, in a process of its own: `server.ts <contender>`. Commands come over IPC. */
import { PerformanceObserver } from 'node:perf_hooks';
import { lectern } from './lectern.js';
import { bareWs, rawBroadcast } from './raw.js';
import { stock } from './stock.js';

export interface Contender {
  /** Listens on a free port of 127.0.0.1. */
  start(): Promise<number>;
  /** Sends one event to all subscribers of the room `all`. */
  emit(sequence: number): void;
}

const contenders: Readonly<Record<string, () => Contender>> = {
  lectern,
  stock,
  raw: rawBroadcast,
  ws: bareWs,
};

const create = contenders[process.argv[2] ?? ''];
if (!create) throw new Error(`no contender ${process.argv[2]}`);
const contender = create();
const port = await contender.start();
let sequence = 0;
let gc = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) gc += entry.duration;
}).observe({ entryTypes: ['gc'] });

type Command =
  | { readonly do: 'emit'; readonly count: number }
  | { readonly do: 'cpu' }
  | { readonly do: 'memory' };

async function memory() {
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, js: heapUsed + external };
}

process.on('message', async (command: Command) => {
  if (command.do === 'emit') for (let n = 0; n < command.count; n++) contender.emit(++sequence);
  else if (command.do === 'memory') process.send?.({ memory: await memory() });
  else {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: { micros: user + system, gcMillis: gc } });
  }
});
process.on('disconnect', () => process.exit());
process.send?.({ port });
