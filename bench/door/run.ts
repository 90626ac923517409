/**
 * What the door costs those who behave: `npm run bench:door`. First the guard and the limits alone, for an operation
 * whose document is known, which is what nearly every request has; then whole requests to two APIs, one with every
 * limit turned off.
 */
import { createDocumentGuard } from '../../src/graphql/guards.js';
import { leastCost } from '../../src/graphql/operation-cost.js';
import { schema } from '../../src/graphql/schema.js';
import { createLimiters } from '../../src/platform/rate-limits/limiter.js';
import { createRateLimits } from '../../src/transport/rate-limits.js';
import { compareServers, median } from '../interleaved.js';

const query = `query Lessons($first: Int) { lessons(first: $first) { edges { node { id title status startsAt endsAt
  tutor { id displayName } student { id displayName } } } } }`;
const variables = { first: 20 };
const guard = createDocumentGuard({ schema, introspection: true });
const guarded = guard.check(query);
if ('errors' in guarded) throw new Error(guarded.errors.join('\n'));
const { document } = guarded;
const budget = 1e9;
const limits = createRateLimits(createLimiters(null), {
  ...{ anonymousCost: budget, userCost: budget, premiumCost: budget },
  ...{ mutations: budget, mutationBurst: budget, faults: budget },
});
const asking = {
  viewer: { userId: 'u1', plan: 'FREE' } as never,
  caller: { address: '127.0.0.1', network: '127.0.0.1', userAgent: null, language: null },
};

const parts: Readonly<Record<string, () => unknown>> = {
  'the text: hash, and the document of before': () => guard.check(query),
  'its cost, with variables': () => guard.weigh(document, 'Lessons', variables),
  'taking the cost, in memory': () => limits.take(asking, { ...leastCost, cost: 20 }),
  'a new text: parse, shape, validate': () =>
    createDocumentGuard({ schema, introspection: true }).check(query),
};
const times = 2_000;
const samples: Record<string, number[]> = {};
for (let round = 0; round < 15; round++) {
  for (const [name, act] of Object.entries(parts)) {
    const start = process.cpuUsage();
    for (let n = 0; n < times; n++) await act();
    const { user, system } = process.cpuUsage(start);
    // The first rounds warm up.
    if (round > 4) samples[name] = [...(samples[name] ?? []), (user + system) / times];
  }
}
console.log('| part | µs of CPU, median of 10 × 2,000 |\n|---|---|');
for (const [name, values] of Object.entries(samples))
  console.log(`| ${name} | ${median(values).toFixed(1)} |`);
console.log();

const off = ['BYTES', 'TOKENS', 'DEPTH', 'ALIASES', 'DIRECTIVES', 'REPEATED_PAIRS', 'COST'].map(
  (name) => `DOCUMENT_${name}`,
);
const none = [...off, 'VARIABLES_BYTES', 'VARIABLES_VALUES', 'VARIABLES_DEPTH'].map((name) => [name, '0']);
const wide = ['USER_COST', 'MUTATIONS', 'MUTATION_BURST'].map((name) => [`RATE_LIMIT_${name}`, '1000000000']);
// Cost 19,212 of the 20,000 that an operation may have; of the 100 that each list may have there are 50.
const heavy = `{ ${Array.from(
  { length: 12 },
  (_, n) => `l${n}: lessons(first: 100) { edges { node { id title status startsAt endsAt version
    tutor { id displayName timeZone } student { id displayName timeZone } } } }`,
).join(' ')} }`;
await compareServers(
  { METRICS: 'false', RATE_LIMITS: 'false', ...Object.fromEntries(none) },
  { METRICS: 'false', ...Object.fromEntries(wide) },
  heavy,
);
