import type { Cursor } from './cursor.js';
import type { StreamItem } from './events.js';
import type { Hub } from './hub.js';
import { join, type Subscribe } from './join.js';
import { Stop } from './stop.js';
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
  /** Shared with the tail, once there is one. */
  #channel: string;
  readonly userId: string;
  readonly accessClass: string;
  /** Whether the subscriber resumes at a cursor. */
  readonly resumed: boolean;
  /** Pulls; null once the subscriber is live, from where on nothing is pulled any more. */
  #pull: { readonly items: AsyncGenerator<StreamItem, void, undefined>; readonly stop: Stop } | null;
  #tail: Tail | null;
  readonly #hub: Hub;
  #position = -1;
  #joined = false;

  constructor(hub: Hub, options: SourceOptions) {
    this.#channel = options.channel;
    this.userId = options.userId;
    this.accessClass = options.accessClass ?? options.userId;
    this.resumed = Boolean(options.after);
    this.#hub = hub;
    this.#tail = null;
    const stop = new Stop();
    this.#pull = { items: this.#run(options, stop), stop };
  }

  get channel(): string {
    return this.#channel;
  }

  /**
   * Where live events come from, once everything known was pulled: whoever listens to it from then on, in this turn,
   * misses nothing. Nothing can be pulled after that, and what pulling takes is let go: most subscribers are live.
   */
  goLive(): LiveFeed | null {
    const tail = this.#tail;
    if (!this.#joined || !tail || this.#position !== tail.head) return null;
    this.#pull = null;
    return tail;
  }

  /** The highest sequence of the channel that is known on this node. */
  get head(): number {
    return this.#tail?.head ?? 0;
  }

  async next(): Promise<IteratorResult<StreamItem, void>> {
    const result = (await this.#pull?.items.next()) ?? { done: true, value: undefined };
    if (!result.done) {
      if (result.value.type === 'joined') this.#joined = true;
      this.#position = result.value.cursor.seq;
    }
    return result;
  }

  async return(): Promise<IteratorResult<StreamItem, void>> {
    const pull = this.#pull;
    pull?.stop.stop();
    // Its failure to end keeps nobody from letting go of the tail.
    if (pull) await pull.items.return(undefined).catch(() => {});
    this.#release();
    return { done: true, value: undefined };
  }

  #release(): void {
    if (this.#tail) this.#hub.release(this.#tail);
    this.#tail = null;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async *#run(options: SourceOptions, stop: Stop): AsyncGenerator<StreamItem, void, undefined> {
    const tail = this.#hub.follow(options.channel);
    this.#tail = tail;
    this.#channel = tail.channel;
    try {
      const { channel, after, userId, readHead } = options;
      const authorize = () => options.authorize();
      const earliest = () => options.earliest?.() ?? 0;
      yield* join({ channel, after, userId, readHead, authorize, earliest, tail, stop });
    } finally {
      this.#release();
    }
  }
}

/** What makes of an item what resolvers get; null leaves it out. Must not depend on who subscribes. */
type Step = (item: never) => Promise<unknown>;

const none: readonly Step[] = [];

/**
 * The items of a channel as resolvers get them. Whoever executes them for many subscribers takes the source and
 * prepares each item once.
 */
export class ChannelStream<Item = StreamItem> implements AsyncIterableIterator<Item, void, undefined> {
  constructor(
    readonly source: ChannelSource,
    private readonly steps: readonly Step[] = none,
  ) {}

  /** The same channel with items that hold more; `step` is given what is not left out already. */
  map<Next>(step: (item: Item) => Promise<Next | null>): ChannelStream<Next> {
    return new ChannelStream(this.source, this.steps.concat(step as Step));
  }

  /** What resolvers get for an item; null when it is left out. */
  async prepare(item: StreamItem): Promise<Item | null> {
    let prepared: unknown = item;
    for (const step of this.steps) {
      prepared = await step(prepared as never);
      if (prepared === null) return null;
    }
    return prepared as Item;
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
