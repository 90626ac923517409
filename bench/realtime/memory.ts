import { startPeer } from './processes.js';
import { rounded, slope } from './statistics.js';
import { query } from './workload.js';

interface Sample {
  readonly connections: number;
  readonly rss: number;
  readonly js: number;
}

/** Bytes for each further connection, of the process and of its JavaScript heap with what is outside. */
export interface MemoryFigures {
  readonly samples: Record<'lectern' | 'ws', Sample[]>;
  readonly rss: Record<'lectern' | 'ws', number>;
  readonly js: Record<'lectern' | 'ws', number>;
}

/**
 * The young generation of both grows as far as this and no further: how much is made while clients come decides its size,
 * and left alone it ends at twice the other's.
 */
const bounded = '--max-semi-space-size=16';

async function measure(name: 'lectern' | 'ws', steps: number, size: number): Promise<Sample[]> {
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
 * is no connection's.
 */
export async function measureMemory(steps: number, size: number): Promise<MemoryFigures> {
  const samples = { ws: await measure('ws', steps, size), lectern: await measure('lectern', steps, size) };
  const slopeOf = (name: 'lectern' | 'ws', what: 'rss' | 'js') =>
    rounded(slope(samples[name].slice(1).map((sample) => ({ x: sample.connections, y: sample[what] }))));
  return {
    samples,
    rss: { lectern: slopeOf('lectern', 'rss'), ws: slopeOf('ws', 'rss') },
    js: { lectern: slopeOf('lectern', 'js'), ws: slopeOf('ws', 'js') },
  };
}
