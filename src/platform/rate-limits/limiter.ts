import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
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
  take(key: string, points?: number): Promise<Allowance>;
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
    const settings = { keyPrefix: `lectern:limit:${name}`, points, duration: seconds };
    const own = boundedMemory(settings, maxKeys);
    const shared = redis
      ? new RateLimiterRedis({ ...settings, storeClient: redis.client, rejectIfRedisNotReady: true })
      : null;

    /** The shared count, or the process's own while Redis is away: never none. */
    async function count(key: string, amount: number): Promise<RateLimiterRes> {
      if (shared && performance.now() >= leftAloneUntil) {
        try {
          return await shared.penalty(key, amount);
        } catch {
          leftAloneUntil = performance.now() + restMs;
        }
      }
      return own(key, amount);
    }

    return {
      async take(key, amount = 1) {
        const { consumedPoints, msBeforeNext } = await count(key, amount);
        return {
          allowed: consumedPoints <= points,
          limit: points,
          windowSeconds: seconds,
          remaining: Math.max(0, points - consumedPoints),
          resetMs: Math.max(0, msBeforeNext),
        };
      },
      async giveBack(key, amount = 1) {
        await count(key, -amount);
      },
    };
  };
}

/** Counts in memory; keys beyond the bound share one count. */
function boundedMemory(settings: { keyPrefix: string; points: number; duration: number }, bound: number) {
  const memory = new RateLimiterMemory(settings);
  let fresh = 0;
  let windowEnds = 0;
  return async (key: string, amount: number): Promise<RateLimiterRes> => {
    const now = performance.now();
    if (now >= windowEnds) {
      fresh = 0;
      windowEnds = now + settings.duration * 1_000;
    }
    const known = fresh < bound || (await memory.get(key)) !== null;
    const counted = await memory.penalty(known ? key : 'others', amount);
    if (counted.isFirstInDuration) fresh++;
    return counted;
  };
}

const unlimited: Limiter = {
  take: async () => ({ allowed: true, limit: 0, windowSeconds: 0, remaining: 0, resetMs: 0 }),
  giveBack: async () => {},
};
