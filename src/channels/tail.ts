import { allOf, type Few, withOne, withoutOne } from '../shared/few.js';
import type { Cursor } from './cursor.js';
import type { ChannelEvent } from './events.js';
import type { Stop } from './stop.js';

/** Hears events of a channel. */
export interface LiveListener {
  hear(event: ChannelEvent): void;
}

/** What a channel's events come from as they are committed. */
export interface LiveFeed {
  readonly channel: string;
  /** The last sequence that is known on this node, without a gap. */
  readonly head: number;
  /** Tells each event after `head`, in order, within the turn in which it becomes known. */
  listen(listener: LiveListener): void;
  unlisten(listener: LiveListener): void;
}

/** The log that tails read. */
export interface TailLog {
  read(channel: string, fromSeq: number, limit: number): Promise<ChannelEvent[]>;
  failed(channel: string, error: unknown): void;
}

/** Events of a channel that a node keeps in memory while anyone follows it. */
const ringSize = 256;
const readSize = 200;
/** How long a block of history that somebody has read is kept for others after the last of them, and how long in all. */
const historyMilliseconds = 10_000;
const longestMilliseconds = 30_000;

/** A block of history, and what will forget it unless somebody asks for it again. */
interface Block {
  readonly events: Promise<readonly ChannelEvent[]>;
  forgetting: NodeJS.Timeout | null;
}

/**
 * The end of one channel on this node. Followers hold nothing but their position and pull from here, so that a slow
 * one costs no memory: what has left the ring is read again from the log. However many wait, a gap is read once.
 */
export class Tail implements LiveFeed {
  followers = 0;
  /** The last sequence that is known here, without a gap. */
  #head = 0;
  /** The tag of the event there; null when only its sequence is known. */
  #tag: string | null = null;
  /** The highest sequence that is said to exist. */
  #wanted = 0;
  #ring: ChannelEvent[] = [];
  #begun = false;
  #advancing = false;
  /** History by blocks of `readSize`: a storm of resuming clients reads each block once, whatever their cursors. */
  // Most tails are quiet most of the time, and there is one for each room: what is seldom used is made when it is.
  #blocks: Map<number, Block> | null = null;
  #listeners: Few<LiveListener> = null;
  #waiters: Set<() => void> | null = null;

  constructor(
    readonly channel: string,
    private readonly log: TailLog,
  ) {}

  get head(): number {
    return this.#head;
  }

  /** Tells the end of the channel as read from the database after this tail was made; the first call sets where it begins. */
  begin({ seq, tag }: Pick<Cursor, 'seq' | 'tag'>): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#head = seq;
      this.#tag = tag;
    }
    this.wake(seq);
  }

  /** What must still be in the log, if it is the log that this tail has read; null before it has begun. */
  get place(): Cursor | null {
    return this.#begun && this.#tag !== null
      ? { channel: this.channel, seq: this.#head, tag: this.#tag }
      : null;
  }

  /** Says that the channel has reached `seq`. */
  wake(seq: number): void {
    if (seq > this.#wanted) this.#wanted = seq;
    if (this.behind) void this.advance();
  }

  /** Takes an event that was committed on this node; if it is the next one nothing needs to be read. */
  offer(event: ChannelEvent): void {
    if (this.#begun && !this.#advancing && event.seq === this.#head + 1) this.#push([event]);
    else this.wake(event.seq);
  }

  /** Reads what is missing up to the wanted end. A failure is reported, and tried again at the next wake or poll. */
  async advance(): Promise<void> {
    if (this.#advancing) return;
    this.#advancing = true;
    try {
      while (this.behind) await this.#readGap();
    } catch (error) {
      this.log.failed(this.channel, error);
    } finally {
      this.#advancing = false;
    }
  }

  /** Whether more is said to exist than is known here. */
  get behind(): boolean {
    return this.#begun && this.#wanted > this.#head;
  }

  /** The events after `position`, at least one and in order; waits for them. Empty when stopped; null when they are gone. */
  async after(position: number, stop: Stop): Promise<readonly ChannelEvent[] | null> {
    while (position >= this.#head) {
      if (stop.stopped) return [];
      await this.#change(stop);
    }
    const events = await this.from(position + 1);
    return events[0]?.seq === position + 1 ? events : null;
  }

  /** Events from `seq` on, out of the ring or the log; empty or later ones when they are gone. */
  async from(seq: number): Promise<readonly ChannelEvent[]> {
    const first = this.#ring[0];
    if (first && seq >= first.seq && seq <= this.#head)
      return this.#ring.slice(seq - first.seq, seq - first.seq + readSize);
    const block = await this.#block(Math.floor((seq - 1) / readSize));
    const events = block.filter((event) => event.seq >= seq);
    // The block may have been read before this event was committed.
    return events.length > 0 ? events : contiguous(await this.log.read(this.channel, seq, readSize));
  }

  listen(listener: LiveListener): void {
    this.#listeners = withOne(this.#listeners, listener);
  }

  unlisten(listener: LiveListener): void {
    this.#listeners = withoutOne(this.#listeners, listener);
  }

  /** The events of one block of history up to the first gap. It is kept a while: what was committed is not changed. */
  #block(index: number): Promise<readonly ChannelEvent[]> {
    this.#blocks ??= new Map();
    const blocks = this.#blocks;
    const known = blocks.get(index);
    if (known) {
      known.forgetting?.refresh();
      return known.events;
    }
    const events = this.log.read(this.channel, index * readSize + 1, readSize).then(contiguous);
    const block: Block = { events, forgetting: null };
    blocks.set(index, block);
    let longest: NodeJS.Timeout | undefined;
    const forget = () => {
      // Either would keep the events until it fires.
      clearTimeout(longest);
      clearTimeout(block.forgetting ?? undefined);
      if (blocks.get(index) === block) blocks.delete(index);
      if (blocks.size === 0 && this.#blocks === blocks) this.#blocks = null;
    };
    events.then(() => {
      block.forgetting = setTimeout(forget, historyMilliseconds).unref();
      longest = setTimeout(forget, longestMilliseconds).unref();
    }, forget);
    return events;
  }

  async #readGap(): Promise<void> {
    const events = contiguous(await this.log.read(this.channel, this.#head + 1, readSize));
    const next = events[0];
    if (!next) {
      // Said to exist and not there: the database was restored to an earlier state.
      this.#wanted = this.#head;
      return;
    }
    if (next.seq !== this.#head + 1) {
      // Retention overtook this tail: whoever stands before the gap will find its events gone.
      this.#ring = [];
      this.#head = next.seq - 1;
      this.#tag = null;
    }
    this.#push(events);
  }

  #push(events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (event.seq !== this.#head + 1) continue;
      this.#ring.push(event);
      this.#head = event.seq;
      this.#tag = event.tag;
      for (const listener of allOf(this.#listeners)) listener.hear(event);
    }
    if (this.#ring.length > ringSize) this.#ring = this.#ring.slice(-ringSize);
    const waiters = this.#waiters ?? [];
    this.#waiters = null;
    for (const resume of waiters) resume();
  }

  #change(stop: Stop): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        stop.onStop(null);
        this.#waiters?.delete(resume);
        resolve();
      };
      this.#waiters ??= new Set();
      this.#waiters.add(resume);
      stop.onStop(resume);
    });
  }
}

/** The events up to the first gap. */
function contiguous(events: readonly ChannelEvent[]): readonly ChannelEvent[] {
  const gap = events.findIndex(
    (event, index) => index > 0 && event.seq !== (events[index - 1]?.seq ?? 0) + 1,
  );
  return gap === -1 ? events : events.slice(0, gap);
}
