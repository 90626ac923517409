import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisConnection } from '../redis/redis.js';

/** So many points for each key in a window of time that begins with the first; 0 points is no limit. */
export interface Limit {
  /** Part of the key in Redis. */
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}

/** What is left to a key. */
export interface Allowance {
  /** Whether what was asked for fits. */
  readonly allowed: boolean;
  /** Points of a whole window, and its length; 0 points is no limit. */
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** Counts points of keys. It never fails: without Redis it counts for itself. */
export interface Limiter {
  /** Takes points; what is too much is counted too, but never lengthens the window. */
  take(key: string, points?: number): Allowance | Promise<Allowance>;
  /** Gives back what was taken for something that turned out harmless. */
  giveBack(key: string, points?: number): Promise<void>;
}

/** Makes limiters that count together with all other processes on the same Redis, if there is one. */
export type CreateLimiter = (limit: Limit) => Limiter;

/** After a failure of Redis it is left alone for so long, so that a frozen one does not slow down each request. */
const restMs = 1_000;
/** Keys that one process counts in one window. Those beyond share one: an attacker with many addresses cannot fill the memory. */
const maxKeys = 50_000;

/** Creates the factory. */
export function createLimiters(redis: RedisConnection | null): CreateLimiter {
  let leftAloneUntil = 0;

  return ({ name, points, seconds }) => {
    if (points === 0) return unlimited;
    const own = boundedMemory(seconds * 1_000, maxKeys);
    const allowance = ({ consumedPoints, msBeforeNext }: Count): Allowance => ({
      allowed: consumedPoints <= points,
      limit: points,
      windowSeconds: seconds,
      remaining: Math.max(0, points - consumedPoints),
      resetMs: Math.max(0, msBeforeNext),
    });
    if (!redis)
      return {
        take: (key, amount = 1) => allowance(own(key, amount)),
        async giveBack(key, amount = 1) {
          own(key, -amount);
        },
      };

    const settings = { keyPrefix: `lectern:limit:${name}`, points, duration: seconds };
    const shared = new RateLimiterRedis({
      ...settings,
      storeClient: redis.client,
      rejectIfRedisNotReady: true,
    });

    /** The shared count, or the process's own while Redis is away: never none. */
    async function count(key: string, amount: number): Promise<Count> {
      if (performance.now() >= leftAloneUntil) {
        try {
          return await shared.penalty(key, amount);
        } catch {
          leftAloneUntil = performance.now() + restMs;
        }
      }
      return own(key, amount);
    }

    return {
      take: async (key, amount = 1) => allowance(await count(key, amount)),
      async giveBack(key, amount = 1) {
        await count(key, -amount);
      },
    };
  };
}

/** What a key has used of its window, and when that ends. */
interface Count {
  readonly consumedPoints: number;
  readonly msBeforeNext: number;
}

/** Counts in memory; keys beyond the bound share one count. */
function boundedMemory(milliseconds: number, bound: number): (key: string, amount: number) => Count {
  const windows = new Map<string, { consumed: number; readonly ends: number }>();

  /** Windows are equally long, so they end in the order in which they began, which is that of the map. */
  function forgetEnded(now: number): void {
    for (const [key, { ends }] of windows) {
      if (ends > now) return;
      windows.delete(key);
    }
  }

  return (given, amount) => {
    const now = performance.now();
    forgetEnded(now);
    const key = windows.size < bound || windows.has(given) ? given : others;
    let window = windows.get(key);
    if (!window) {
      window = { consumed: 0, ends: now + milliseconds };
      windows.set(key, window);
    }
    window.consumed += amount;
    // Whole milliseconds: what a fraction of one too many makes of a minute is 61 s.
    return { consumedPoints: window.consumed, msBeforeNext: Math.round(window.ends - now) };
  };
}

const others = 'others';

const unlimited: Limiter = {
  take: () => ({ allowed: true, limit: 0, windowSeconds: 0, remaining: 0, resetMs: 0 }),
  giveBack: async () => {},
};
