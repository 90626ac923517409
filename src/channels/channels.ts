import type { Database, Queryable, UnitOfWork } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import { asError } from '../shared/errors.js';
import { append } from './append.js';
import type { Bus } from './bus.js';
import type { Cursor } from './cursor.js';
import type { ChannelEvent, NewEvent, StreamItem } from './events.js';
import { Hub } from './hub.js';
import { join } from './join.js';
import { readEvents, readHeads, readRecentHeads, removeExpired } from './log.js';

/** How to follow one channel. */
export interface Subscribe {
  readonly channel: string;
  /** Where to go on; from the present end when absent. */
  readonly after?: Cursor | null | undefined;
  /** Whose access it is: an access event that names this user ends the stream with SUBSCRIPTION_REVOKED. */
  readonly userId: string;
  /** Asked after the stream has begun to listen, so that a loss of access in between is not overlooked. Throws to refuse. */
  authorize(): Promise<void>;
}

/** The channel log: every committed change of a thing that people watch, in order, once, with nothing missed. */
export interface Channels {
  /**
   * Appends events in the caller's transaction. Call it once and last: it locks the channel rows, in id order, until
   * the commit. Subscribers are woken after the commit.
   */
  append(tx: UnitOfWork, events: readonly NewEvent[]): Promise<ChannelEvent[]>;
  /** Wakes subscribers for events that a statement of the caller's own has appended and committed. */
  committed(events: readonly ChannelEvent[]): void;
  /** The present end of each channel. Read it before, or in one statement with, the data that it covers. */
  heads(channels: readonly string[], on?: Queryable): Promise<Map<string, Cursor>>;
  /** Follows a channel until the consumer returns or access is lost. Nothing is read before the first `next()`. */
  subscribe(options: Subscribe): AsyncIterableIterator<StreamItem, void, undefined>;
  /** Removes events older than the retention of 7 days, in batches; gives how many. */
  removeExpired(): Promise<number>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ChannelsOptions {
  readonly database: Database;
  readonly bus: Bus;
  readonly logger: Logger;
  /** How often recent commits are asked for, which finds those that the bus lost. */
  readonly pollMilliseconds?: number;
}

const retentionDays = 7;
const removalBatch = 5_000;

/** The channel log of one process. */
export function createChannels({ database, bus, logger, pollMilliseconds = 500 }: ChannelsOptions): Channels {
  const hub = new Hub(
    (channel, fromSeq, limit) => readEvents(database, channel, fromSeq, limit),
    (channel, error) => logger.warn({ err: asError(error), channel }, 'the channel log could not be read'),
  );
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | null = null;
  let stopped = false;
  let xmin: string | null = null;

  /** One query for all channels finds what the bus did not tell. */
  async function poll(): Promise<void> {
    clearTimeout(timer);
    try {
      const recent = await readRecentHeads(database, xmin);
      xmin = recent.xmin;
      for (const [channel, seq] of recent.heads) hub.wake(channel, seq);
      hub.retry();
    } catch (error) {
      logger.debug({ err: asError(error) }, 'recent commits could not be read; trying again');
    }
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(startPoll, pollMilliseconds);
  }

  function startPoll(): void {
    polling ??= poll().finally(() => {
      polling = null;
    });
  }

  function committed(events: readonly ChannelEvent[]): void {
    for (const event of events) {
      hub.offer(event);
      bus.publish(event.channel, event.seq);
    }
  }

  async function readHead(channel: string): Promise<Cursor> {
    const heads = await readHeads(database, [channel]);
    return heads.get(channel) ?? { channel, seq: 0, tag: '0' };
  }

  return {
    committed,
    async append(tx, events) {
      const appended = await append(tx, events);
      tx.afterCommit(() => committed(appended));
      return appended;
    },
    heads: (channels, on = database) => readHeads(on, channels),
    subscribe: (options) => follow(hub, options, () => readHead(options.channel)),
    async removeExpired() {
      let removed = 0;
      for (let batch = removalBatch; batch >= removalBatch; removed += batch) {
        batch = await removeExpired(database, retentionDays, removalBatch);
      }
      return removed;
    },
    async start() {
      bus.onWake((channel, seq) => hub.wake(channel, seq));
      bus.onResume(startPoll);
      await poll();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await polling;
    },
  };
}

/**
 * A generator's own `return()` waits for its pending `next()`, which here may wait for ever; this one ends the wait.
 */
function follow(
  hub: Hub,
  options: Subscribe,
  readHead: () => Promise<Cursor>,
): AsyncIterableIterator<StreamItem, void, undefined> {
  const ending = new AbortController();
  async function* run() {
    const tail = hub.follow(options.channel);
    try {
      yield* join({
        ...options,
        authorize: () => options.authorize(),
        tail,
        readHead,
        signal: ending.signal,
      });
    } finally {
      hub.release(tail);
    }
  }
  const items = run();
  return {
    next: () => items.next(),
    return() {
      ending.abort();
      return items.return(undefined);
    },
    throw(error) {
      ending.abort();
      return items.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
