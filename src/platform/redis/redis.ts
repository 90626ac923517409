import { Redis } from 'ioredis';
import type { Logger } from '../logger.js';

/** A connection to Redis that is made in the background, and made again for ever when it is lost. */
export interface RedisConnection {
  readonly client: Redis;
  stop(): Promise<void>;
}

/** An answer that takes longer than this is not waited for. */
const commandMs = 250;

/**
 * Connects. Nothing waits for Redis: what is asked while it is away fails at once, and who asks does without it.
 * Its loss and its return are logged once each.
 */
export function connectRedis(url: string, logger: Logger): RedisConnection {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: commandMs,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  let away = false;
  client.on('error', (error) => {
    if (!away) logger.warn({ err: error }, 'Redis is away');
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  return {
    client,
    async stop() {
      client.disconnect();
    },
  };
}
