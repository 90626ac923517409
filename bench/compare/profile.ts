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
  [/^node:fs|^node:internal\/fs/, 'Node: files (the log)'],
  [/^node:(_http|http|internal\/http)/, 'Node: HTTP'],
  [
    /^node:(net|stream|buffer|internal\/(streams|stream_base|buffer|net|dns))/,
    'Node: sockets, streams, buffers',
  ],
  [/^node:/, 'Node: promises, ticks, timers, async context, other'],
];

/** Null for waiting, undefined for what belongs to whoever called it: JSON, writes to a socket, regular expressions. */
function partOf({ functionName, url }: Profiler.ProfileNode['callFrame']): string | null | undefined {
  if (functionName === '(idle)') return null;
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (functionName === '(program)' || functionName === '(root)') return 'Node and V8: native code';
  if (url === '') return undefined;
  for (const [pattern, part] of parts) if (pattern.test(url)) return part;
  return /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? 'the server itself';
}

/** The part of every node, by its id. */
function partsOf(nodes: readonly Profiler.ProfileNode[]): Map<number, string | null> {
  const found = new Map<number, string | null>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = ({ id, callFrame, children = [] }: Profiler.ProfileNode, caller: string) => {
    const part = partOf(callFrame);
    found.set(id, part === undefined ? caller : part);
    for (const child of children) {
      const node = byId.get(child);
      if (node) visit(node, part ?? caller);
    }
  };
  const [root] = nodes;
  if (root) visit(root, 'Node and V8: native code');
  return found;
}

/** Sums up a profile by parts; time in which the process waited is left out. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Shares {
  const ofNode = partsOf(nodes);
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

/** The functions with the most time of their own, for people who look closer. */
export function hottest({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, count: number): string[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${url.replace(/^.*\/(node_modules|dist)\//, '')}:${lineNumber + 1}`,
    ]),
  );
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    if (!name.startsWith('(idle)')) times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
  const sum = [...times.values()].reduce((one, other) => one + other, 0);
  return [...times]
    .sort(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([name, time]) => `${((100 * time) / sum).toFixed(1)} % ${name}`);
}
