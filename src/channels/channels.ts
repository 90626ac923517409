import type { Database, Queryable, UnitOfWork } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import { asError } from '../shared/errors.js';
import { append } from './append.js';
import type { Bus } from './bus.js';
import type { Cursor } from './cursor.js';
import { createEndings, type Ending, endingOf } from './endings.js';
import type { ChannelEvent, NewEvent } from './events.js';
import { gather } from './gather.js';
import { createGrowth } from './growth.js';
import { Hub } from './hub.js';
import type { Subscribe } from './join.js';
import { comparePlaces, readEvents, readHeads, readRecentHeads, removeExpired } from './log.js';
import { ChannelSource, ChannelStream } from './stream.js';

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
  subscribe(options: Subscribe): ChannelStream;
  /** Calls back when a channel has grown, as soon as this node hears of it; mostly once for each step. */
  onGrown(hear: (channel: string) => void): void;
  /** Calls back, at least once and within a second, for each session and user that has ended: see `ended`. */
  onEnded(hear: (ending: Ending) => void): void;
  /**
   * Calls back when the log is found to be another one than before, as after a restore from a backup: whoever follows
   * a channel must come again with its cursor, which then tells it.
   */
  onReplaced(hear: () => void): void;
  /** Resolves when every ending that was committed before the call was heard. Fails when the database cannot be asked. */
  endingsHeard(): Promise<void>;
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
  const hub = new Hub({
    read: (channel, fromSeq, limit) => readEvents(database, channel, fromSeq, limit),
    failed: (channel, error) =>
      logger.warn({ err: asError(error), channel }, 'the channel log could not be read'),
  });
  const endings = createEndings(database);
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | null = null;
  let stopped = false;
  let xmin: string | null = null;
  const replacedHearers: (() => void)[] = [];
  /** The connection was lost, so that behind the next one may be another database. */
  let doubtful = false;

  /** Compares what is known here with the log. A restore ends every connection, so it is met by this. */
  async function settleDoubt(): Promise<void> {
    if (!doubtful) return;
    const places = hub.places();
    const { same, heads } = await comparePlaces(database, places);
    doubtful = false;
    if (same) {
      for (const [channel, seq] of heads) wake(channel, seq);
      return;
    }
    logger.warn('the channel log is another one than before: subscribers come again');
    hub.forget();
    for (const hear of replacedHearers) hear();
  }

  /** One query for all channels finds what the bus did not tell. */
  async function poll(): Promise<void> {
    clearTimeout(timer);
    try {
      await settleDoubt();
      const recent = await readRecentHeads(database, xmin);
      xmin = recent.xmin;
      for (const [channel, seq] of recent.heads) wake(channel, seq);
      hub.retry();
      await endings.heard();
    } catch (error) {
      doubtful = true;
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

  const growth = createGrowth();

  function wake(channel: string, seq: number): void {
    if (endingOf(channel)) {
      hearEndings();
      return;
    }
    hub.wake(channel, seq);
    growth.reached(channel, seq);
  }

  function hearEndings(): void {
    if (stopped) return;
    endings.heard().catch((error: unknown) => {
      logger.debug({ err: asError(error) }, 'what has ended could not be read; the next poll tries again');
    });
  }

  function committed(events: readonly ChannelEvent[]): void {
    const ends = new Map<string, number>();
    for (const event of events) {
      ends.set(event.channel, event.seq);
      if (endingOf(event.channel)) hearEndings();
      else {
        hub.offer(event);
        growth.reached(event.channel, event.seq);
      }
    }
    // A wake-up says how far a channel goes: of several events the last one's says it all.
    for (const [channel, seq] of ends) bus.publish(channel, seq);
  }

  // A storm of subscribers asks for all their heads in a few statements.
  const gatheredHead = gather((channels: string[]) => readHeads(database, channels));
  const readHead = async (channel: string) => (await gatheredHead(channel)) ?? { channel, seq: 0, tag: '0' };

  return {
    committed,
    async append(tx, events) {
      const appended = await append(tx, events);
      tx.afterCommit(() => committed(appended));
      return appended;
    },
    heads: (channels, on = database) => readHeads(on, channels),
    subscribe: (options) => {
      const read = () => readHead(options.channel);
      return new ChannelStream(new ChannelSource(hub, { ...options, readHead: read }));
    },
    onGrown: growth.listen,
    onEnded: endings.listen,
    onReplaced: (hear) => void replacedHearers.push(hear),
    endingsHeard: endings.heard,
    async removeExpired() {
      let removed = 0;
      for (let batch = removalBatch; batch >= removalBatch; removed += batch) {
        batch = await removeExpired(database, retentionDays, removalBatch);
      }
      return removed;
    },
    async start() {
      bus.onWake(wake);
      bus.onResume(() => {
        doubtful = true;
        startPoll();
      });
      await poll();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await polling;
    },
  };
}
