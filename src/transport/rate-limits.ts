import type { Caller, RateLimitState } from '../graphql/context.js';
import type { OperationCost } from '../graphql/operation-cost.js';
import type { Allowance, CreateLimiter } from '../platform/rate-limits/limiter.js';
import type { Viewer } from '../shared/viewer.js';

/** What callers may ask for in a minute; 0 turns a limit off. Costs are fields of answers (`OperationCost`). */
export interface OperationBudgets {
  /** Cost for one address of people who are not signed in. */
  readonly anonymousCost: number;
  /** Cost for one user, and for one on the premium plan. */
  readonly userCost: number;
  readonly premiumCost: number;
  /** Root fields of mutations of one user, or of one address, and of those in any 10 seconds. */
  readonly mutations: number;
  readonly mutationBurst: number;
  /** Requests of one address that could not be understood; then it may send only documents that are known to be good. */
  readonly faults: number;
}

/** Who asks. */
export interface Asking {
  readonly viewer: Viewer | null;
  readonly caller: Caller;
}

/** Counts operations by what they cost, the same over HTTP and WebSocket. */
export interface RateLimits {
  /** Takes an operation's cost; gives the tightest of what is left, and null when nothing is limited. */
  take(who: Asking, operation: OperationCost): Allowance | null | Promise<Allowance | null>;
  /** Counts a request that could not be understood. */
  fault(caller: Caller): Promise<void>;
  /** How long an address that sent too much nonsense sends only known documents; null when it is free. */
  distrust(caller: Caller): Allowance | null;
}

const minute = 60;
const burstSeconds = 10;
/** Addresses that are distrusted at the same time; more would only be a memory of old ones. */
const maxDistrusted = 10_000;

/** Creates the counting on limiters, which may be shared by processes. */
export function createRateLimits(createLimiter: CreateLimiter, budgets: OperationBudgets): RateLimits {
  const perMinute = (name: string, points: number) => createLimiter({ name, points, seconds: minute });
  const anonymous = perMinute('anonymous', budgets.anonymousCost);
  const user = perMinute('user', budgets.userCost);
  const premium = perMinute('premium', budgets.premiumCost);
  const mutations = perMinute('mutations', budgets.mutations);
  const burst = createLimiter({ name: 'burst', points: budgets.mutationBurst, seconds: burstSeconds });
  const faults = perMinute('faults', budgets.faults);
  const distrusted = new Map<string, { readonly until: number; readonly last: Allowance }>();

  return {
    take({ viewer, caller }, { cost, mutations: count }) {
      const key = viewer?.userId ?? caller.network;
      const costs = viewer ? (viewer.plan === 'PREMIUM' ? premium : user) : anonymous;
      const taken = [costs.take(key, cost)];
      if (count > 0) taken.push(mutations.take(key, count), burst.take(key, count));
      return taken.every(isThere) ? tightest(taken) : Promise.all(taken).then(tightest);
    },

    async fault({ network }) {
      const last = await faults.take(network);
      if (last.allowed) return;
      if (distrusted.size >= maxDistrusted) distrusted.clear();
      distrusted.set(network, { until: performance.now() + last.resetMs, last });
    },

    distrust({ network }) {
      const found = distrusted.get(network);
      if (!found) return null;
      const resetMs = found.until - performance.now();
      if (resetMs > 0) return { ...found.last, resetMs };
      distrusted.delete(network);
      return null;
    },
  };
}

/** Counts of this process are there at once. */
function isThere(allowance: Allowance | Promise<Allowance>): allowance is Allowance {
  return !(allowance instanceof Promise);
}

/** The one that refuses longest, else the one of which the smallest part is left. Those without a limit say nothing. */
function tightest(allowances: readonly Allowance[]): Allowance | null {
  const limited = allowances.filter(({ limit }) => limit > 0);
  const refusing = limited.filter(({ allowed }) => !allowed).sort((a, b) => b.resetMs - a.resetMs);
  const part = ({ remaining, limit }: Allowance) => remaining / limit;
  return refusing[0] ?? limited.sort((a, b) => part(a) - part(b))[0] ?? null;
}

/** Limits nothing. */
export const noRateLimits: RateLimits = {
  take: () => null,
  fault: async () => {},
  distrust: () => null,
};

const seconds = (ms: number) => Math.ceil(ms / 1_000);

/** What is left, as `extensions.rateLimit` of an answer. */
export function stateOf(cost: number, { limit, remaining, resetMs }: Allowance): RateLimitState {
  return { cost, limit, remaining, resetSeconds: seconds(resetMs) };
}

/** What is left, as headers (draft-ietf-httpapi-ratelimit-headers-06). */
export function headersOf({ limit, windowSeconds, remaining, resetMs }: Allowance) {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(seconds(resetMs)),
    'ratelimit-policy': `${limit};w=${windowSeconds}`,
  };
}
