import type { Cursor } from './cursor.js';
import type { StreamItem } from './events.js';
import type { Hub } from './hub.js';
import { join, type Subscribe } from './join.js';
import type { LiveFeed, Tail } from './tail.js';

export interface SourceOptions extends Subscribe {
  /** The present end of the channel, read now. */
  readHead(): Promise<Cursor>;
}

/**
 * One subscriber's way through a channel, pulled item by item. A generator's own `return()` waits for its pending
 * `next()`, which here may wait for ever; this one ends the wait.
 */
export class ChannelSource implements AsyncIterableIterator<StreamItem, void, undefined> {
  readonly channel: string;
  readonly userId: string;
  readonly accessClass: string;
  /** Whether the subscriber resumes at a cursor. */
  readonly resumed: boolean;
  readonly #ending = new AbortController();
  readonly #items: AsyncGenerator<StreamItem, void, undefined>;
  #tail: Tail | null = null;
  #position = -1;
  #joined = false;

  constructor(hub: Hub, options: SourceOptions) {
    this.channel = options.channel;
    this.userId = options.userId;
    this.accessClass = options.accessClass ?? options.userId;
    this.resumed = Boolean(options.after);
    this.#items = this.#run(hub, options);
  }

  /** Where live events come from, once everything known was pulled: whoever listens to it from then on misses nothing. */
  get caughtUp(): LiveFeed | null {
    return this.#joined && this.#position === this.#tail?.head ? this.#tail : null;
  }

  /** The highest sequence of the channel that is known on this node. */
  get head(): number {
    return this.#tail?.head ?? 0;
  }

  async next(): Promise<IteratorResult<StreamItem, void>> {
    const result = await this.#items.next();
    if (!result.done) {
      if (result.value.type === 'joined') this.#joined = true;
      this.#position = result.value.cursor.seq;
    }
    return result;
  }

  return(): Promise<IteratorResult<StreamItem, void>> {
    this.#ending.abort();
    return this.#items.return(undefined);
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async *#run(hub: Hub, options: SourceOptions): AsyncGenerator<StreamItem, void, undefined> {
    const tail = hub.follow(options.channel);
    this.#tail = tail;
    try {
      const { channel, after, userId, readHead } = options;
      const authorize = () => options.authorize();
      const earliest = () => options.earliest?.() ?? 0;
      const { signal } = this.#ending;
      yield* join({ channel, after, userId, readHead, authorize, earliest, tail, signal });
    } finally {
      hub.release(tail);
    }
  }
}

/**
 * The items of a channel as resolvers get them. Whoever executes them for many subscribers takes the source and
 * prepares each item once.
 */
export class ChannelStream<Item = StreamItem> implements AsyncIterableIterator<Item, void, undefined> {
  constructor(
    readonly source: ChannelSource,
    /** What resolvers get for an item; null leaves it out. Must not depend on who subscribes. */
    readonly prepare: (item: StreamItem) => Promise<Item | null> = async (item) => item as Item,
  ) {}

  /** The same channel with items that hold more; `prepare` is given what is not left out already. */
  map<Next>(prepare: (item: Item) => Promise<Next | null>): ChannelStream<Next> {
    return new ChannelStream(this.source, async (raw) => {
      const item = await this.prepare(raw);
      return item === null ? null : prepare(item);
    });
  }

  async next(): Promise<IteratorResult<Item, void>> {
    try {
      for (;;) {
        const result = await this.source.next();
        if (result.done) return result;
        const value = await this.prepare(result.value);
        if (value !== null) return { done: false, value };
      }
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Item, void>> {
    await this.source.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
