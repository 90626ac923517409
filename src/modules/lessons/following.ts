import type { Clock } from '../../platform/clock.js';
import type { Queryable } from '../../platform/database/database.js';
import { type Follower, recordLoss, recordReturn } from './attendance-store.js';

export interface FollowingOptions {
  readonly database: Queryable;
  readonly clock: Clock;
}

/**
 * Knows which devices follow a lesson through this process. Whoever is in a lesson and follows it no more, because the
 * socket was lost or because they went, has left it; when they follow it again after that, they are back.
 */
export function createFollowing({ database, clock }: FollowingOptions) {
  /** Open subscriptions by device: a second window that is closed takes nobody away. */
  const open = new Map<string, number>();

  function count(key: string, change: 1 | -1): number {
    const now = (open.get(key) ?? 0) + change;
    if (now > 0) open.set(key, now);
    else open.delete(key);
    return now;
  }

  return {
    /** The same items; the first one, which comes after authorization, is when the follower is there. */
    watch<Item>(follower: Follower, items: AsyncIterableIterator<Item>): AsyncIterableIterator<Item> {
      const key = JSON.stringify(follower);
      let state: 'waiting' | 'following' | 'ended' = 'waiting';
      /** One after the other. What cannot be written must not disturb the events, nor the end of the process. */
      let written: Promise<unknown> = Promise.resolve();
      const write = (record: typeof recordLoss) => {
        const at = clock.now();
        written = written.then(() => record(database, follower, at)).catch(() => {});
      };

      function begin(): void {
        if (state !== 'waiting') return;
        state = 'following';
        if (count(key, 1) === 1) write(recordReturn);
      }
      function end(): void {
        const followed = state === 'following';
        state = 'ended';
        if (followed && count(key, -1) === 0) write(recordLoss);
      }
      async function passOn(result: Promise<IteratorResult<Item>>): Promise<IteratorResult<Item>> {
        try {
          const item = await result;
          if (item.done) end();
          else begin();
          return item;
        } catch (error) {
          end();
          throw error;
        }
      }

      return {
        next: () => passOn(items.next()),
        return(value) {
          end();
          return items.return?.(value) ?? Promise.resolve({ done: true, value });
        },
        throw(error) {
          end();
          return items.throw?.(error) ?? Promise.reject(error);
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}
