import { startPeer } from './processes.js';
import { median, rounded, slope } from './statistics.js';
import { query } from './workload.js';

interface Sample {
  readonly connections: number;
  readonly rss: number;
  readonly js: number;
}

type Name = 'lectern' | 'ws';

/** Bytes for each further connection, of the process and of its JavaScript heap with what is outside: of each round. */
export interface MemoryFigures {
  readonly samples: Record<Name, Sample[][]>;
  readonly rss: Record<Name, number[]>;
  readonly js: Record<Name, number[]>;
}

/**
 * The young generation of both grows as far as this and no further: how much is made while clients come decides its size,
 * and left alone it ends at twice the other's.
 */
const bounded = '--max-semi-space-size=16';

async function measure(name: Name, steps: number, size: number): Promise<Sample[]> {
  const clients = startPeer('clients.ts');
  const server = startPeer('server.ts', [name], ['--expose-gc', bounded]);
  const { port } = await server.next<{ port: number }>();
  const url = `ws://127.0.0.1:${port}/graphql`;
  // Two in each room, as tutor and student in the chat of a lesson.
  const variables = Array.from({ length: (steps + 1) * size }, (_, n) => ({
    roomId: `00000000-0000-4000-8000-${String(n >> 1).padStart(12, '0')}`,
  }));
  const samples: Sample[] = [];
  for (let step = 0; step <= steps + 1; step++) {
    if (step > 0) await clients.ask({ do: 'open', url, count: size, query, variables, tokens: ['t'] });
    const { memory } = await server.ask<{ memory: { rss: number; js: number } }>({ do: 'memory' });
    samples.push({ connections: step * size, ...memory });
  }
  server.stop();
  clients.stop();
  return samples;
}

/**
 * So many steps after the first, which is not counted: what a process takes once when it begins to work, compilers included,
 * is no connection's. Each round has processes of its own, since where the system finds room for them is chance.
 */
export async function measureMemory(steps: number, size: number, rounds: number): Promise<MemoryFigures> {
  const samples: MemoryFigures['samples'] = { ws: [], lectern: [] };
  for (let round = 0; round < rounds; round++)
    for (const name of ['ws', 'lectern'] as const) samples[name].push(await measure(name, steps, size));
  const slopes = (name: Name, what: 'rss' | 'js') =>
    samples[name].map((one) =>
      rounded(slope(one.slice(1).map((sample) => ({ x: sample.connections, y: sample[what] })))),
    );
  return {
    samples,
    rss: { lectern: slopes('lectern', 'rss'), ws: slopes('ws', 'rss') },
    js: { lectern: slopes('lectern', 'js'), ws: slopes('ws', 'js') },
  };
}

/** The ratios that the target is about, of the medians. */
export function memoryRatios({ rss, js }: MemoryFigures) {
  const ratio = ({ lectern, ws }: Record<Name, number[]>) => rounded(median(lectern) / median(ws));
  return { rss: ratio(rss), js: ratio(js) };
}
