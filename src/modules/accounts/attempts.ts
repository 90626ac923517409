import { createHash } from 'node:crypto';
import type { Caller } from '../../graphql/context.js';
import type { Allowance, CreateLimiter, Limiter } from '../../platform/rate-limits/limiter.js';
import { AppError } from '../../shared/errors.js';
import { RateLimited } from '../../shared/rate-limited.js';

/** What strangers may try; 0 turns a limit off. */
export interface AttemptLimits {
  /** Failed sign-ins and failed resets of one address in a minute. */
  readonly failuresPerAddress: number;
  /** Failed sign-ins to one account in 15 minutes, from wherever, before each address has but one try a minute. */
  readonly failuresPerAccount: number;
  /** Sign-ups of one address in a minute. */
  readonly signUpsPerAddress: number;
  /** Requests for a reset of one address in a minute. */
  readonly resetsPerAddress: number;
  /** Requests for a reset of one account by one address in 15 minutes. */
  readonly resetsPerAccount: number;
}

const minute = 60;
const quarter = 15 * minute;

/**
 * Counts what people try before they have proven who they are, by address and by account. Every call counts, so aliases
 * of one request do. Fails with RATE_LIMITED.
 *
 * An account is never locked: after many failures each address still has one try a minute of its own, so its owner's
 * right password is taken at once, and an attacker with many addresses has one guess a minute from each.
 */
export function createAttempts(createLimiter: CreateLimiter, limits: AttemptLimits) {
  const limiter = (name: string, points: number, seconds: number) => createLimiter({ name, points, seconds });
  const byAddress = limiter('failures', limits.failuresPerAddress, minute);
  const byAccount = limiter('account', limits.failuresPerAccount, quarter);
  const onePerMinute = limiter('pair', limits.failuresPerAccount > 0 ? 1 : 0, minute);
  const signUps = limiter('sign-ups', limits.signUpsPerAddress, minute);
  const resets = limiter('resets', limits.resetsPerAddress, minute);
  const resetsOfAccount = limiter('account-resets', limits.resetsPerAccount, quarter);

  return {
    /** Runs a sign-in; only one that fails with INVALID_CREDENTIALS stays counted. */
    async signIn<Result>({ network }: Caller, email: string, act: () => Promise<Result>): Promise<Result> {
      const account = hashOf(email);
      // Counted before it is known how it ends: many at once would otherwise all pass.
      const taken: [Limiter, string][] = [[byAddress, network]];
      requireRoom(await byAddress.take(network));
      taken.push([byAccount, account]);
      if (!(await byAccount.take(account)).allowed) {
        taken.push([onePerMinute, `${account} ${network}`]);
        requireRoom(await onePerMinute.take(`${account} ${network}`));
      }
      return keepFailures(taken, act);
    },

    /** Runs what the owner of a session proves by the password; failures count for the user alone. */
    holder<Result>(userId: string, act: () => Promise<Result>): Promise<Result> {
      return countedFailures(`user ${userId}`, act);
    },

    /** Runs what a mailed link proves. */
    byLink<Result>({ network }: Caller, act: () => Promise<Result>): Promise<Result> {
      return countedFailures(network, act);
    },

    async signUp({ network }: Caller): Promise<void> {
      requireRoom(await signUps.take(network));
    },

    async resetRequest({ network }: Caller, email: string): Promise<void> {
      requireRoom(await resets.take(network));
      requireRoom(await resetsOfAccount.take(`${hashOf(email)} ${network}`));
    },
  };

  async function countedFailures<Result>(key: string, act: () => Promise<Result>): Promise<Result> {
    requireRoom(await byAddress.take(key));
    return keepFailures([[byAddress, key]], act);
  }
}

/** Attempts, as `createAttempts` makes them. */
export type Attempts = ReturnType<typeof createAttempts>;

const guesses: ReadonlySet<string> = new Set(['INVALID_CREDENTIALS', 'LINK_EXPIRED']);

async function keepFailures<Result>(taken: readonly [Limiter, string][], act: () => Promise<Result>) {
  let wrong = false;
  try {
    return await act();
  } catch (error) {
    wrong = error instanceof AppError && guesses.has(error.code);
    throw error;
  } finally {
    if (!wrong) await Promise.all(taken.map(([limiter, key]) => limiter.giveBack(key)));
  }
}

function requireRoom({ allowed, resetMs }: Allowance): void {
  if (!allowed) throw new RateLimited(resetMs);
}

/** Redis and its logs need not know addresses. The same for accounts that do not exist. */
function hashOf(email: string): string {
  return createHash('sha256').update(email).digest('base64url').slice(0, 22);
}
