import type { Profiler } from 'node:inspector';

/** Where a server's processor time goes: the share of each part, largest first. */
export type Shares = readonly { readonly part: string; readonly share: number }[];

/** Packages that belong together, by the folder in node_modules. */
const parts: readonly (readonly [RegExp, string])[] = [
  [/\/node_modules\/(graphql-jit|fast-json-stringify)\//, 'compiled execution (graphql-jit)'],
  [/\/node_modules\/graphql\//, 'graphql-js'],
  [/\/node_modules\/@apollo\//, 'Apollo Server'],
  [/\/node_modules\/@as-integrations\//, 'Apollo Server'],
  [/\/node_modules\/(fastify|find-my-way|avvio|light-my-request|secure-json-parse|@fastify)\//, 'Fastify'],
  [/\/node_modules\/(@pothos|dataloader)\//, 'Pothos and DataLoader'],
  [/\/node_modules\/@prisma\/|\/generated\/prisma\//, 'Prisma'],
  [/\/node_modules\/pg[\w-]*\//, 'pg'],
  [/\/node_modules\/(pino|sonic-boom|thread-stream)\//, 'the log (pino)'],
  [/\/node_modules\/(prom-client|rate-limiter-flexible)\//, 'metrics and limits (packages)'],
  [/\/dist\/transport\//, 'Lectern: transport'],
  [/\/dist\/graphql\//, 'Lectern: graphql'],
  [/\/dist\/modules\//, 'Lectern: modules'],
  [/\/dist\/platform\/(tracing|metrics)\//, 'Lectern: metrics and work'],
  [/\/dist\/platform\/database\//, 'Lectern: database'],
  [/\/dist\//, 'Lectern: other'],
  [
    /^node:(internal\/)?(async_hooks|process|timers|diagnostics_channel)/,
    'Node: promises, ticks, async context',
  ],
  [/^node:/, 'Node: HTTP, sockets, streams, buffers'],
];

function partOf({ functionName, url }: Profiler.ProfileNode['callFrame']): string | null {
  if (functionName === '(idle)') return null;
  if (functionName === '(garbage collector)') return 'garbage collector';
  // Of V8 and Node that is no JavaScript: system calls, JSON, regular expressions.
  if (url === '') return functionName === '(program)' ? 'Node: native code' : 'JavaScript built in';
  for (const [pattern, part] of parts) if (pattern.test(url)) return part;
  return /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? 'the server itself';
}

/** Sums up a profile by parts; time in which the process waited is left out. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Shares {
  const ofNode = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const part = ofNode.get(id);
    if (part) times.set(part, (times.get(part) ?? 0) + (timeDeltas[index] ?? 0));
  });
  const sum = [...times.values()].reduce((one, other) => one + other, 0);
  return [...times]
    .map(([part, time]) => ({ part, share: Math.round((1_000 * time) / sum) / 1_000 }))
    .sort((a, b) => b.share - a.share);
}
