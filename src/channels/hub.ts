import type { Cursor } from './cursor.js';
import type { ChannelEvent } from './events.js';
import { Tail, type TailLog } from './tail.js';

/** The channels that are followed on this node. A tail lives as long as it has a follower. */
export class Hub {
  readonly #tails = new Map<string, Tail>();

  constructor(private readonly log: TailLog) {}

  /** How many channels are followed. */
  get size(): number {
    return this.#tails.size;
  }

  /** The tail of a channel for one more follower, who must `release` it. */
  follow(channel: string): Tail {
    let tail = this.#tails.get(channel);
    if (!tail) {
      tail = new Tail(channel, this.log);
      this.#tails.set(channel, tail);
    }
    tail.followers++;
    return tail;
  }

  release(tail: Tail): void {
    if (--tail.followers === 0 && this.#tails.get(tail.channel) === tail) this.#tails.delete(tail.channel);
  }

  /** How far each channel is known here. */
  places(): Cursor[] {
    return [...this.#tails.values()].flatMap(({ place }) => place ?? []);
  }

  /** Whoever comes from now on reads the log anew; those who follow already keep what they have, and hear no more. */
  forget(): void {
    this.#tails.clear();
  }

  wake(channel: string, seq: number): void {
    this.#tails.get(channel)?.wake(seq);
  }

  offer(event: ChannelEvent): void {
    this.#tails.get(event.channel)?.offer(event);
  }

  /** Tries again wherever a read of the log has failed. */
  retry(): void {
    for (const tail of this.#tails.values()) if (tail.behind) void tail.advance();
  }
}
