import { AppError } from '../shared/errors.js';
import type { Turns } from './turns.js';

export interface CombineOptions<Item, Result> {
  readonly turns: Turns;
  /** What runs together at most. */
  readonly maxTogether: number;
  /** How much may wait for one channel. */
  readonly maxWaiting: number;
  /** Items with the same key never run together. */
  readonly keyOf: (item: Item) => string;
  /** Gives the results in the order of the items; when it fails, all of them have failed. */
  readonly run: (channel: string, items: readonly Item[]) => Promise<readonly Result[]>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Runs what is to be appended to one channel in turns, and together what waits for the same turn: while one transaction
 * holds the channel, the next one collects. Fails with SERVICE_UNAVAILABLE when too much waits.
 */
export function createCombiner<Item, Result>(options: CombineOptions<Item, Result>) {
  const { turns, maxTogether, maxWaiting, keyOf, run } = options;
  const lines = new Map<string, Waiting<Item, Result>[]>();

  /** The first of a line that can run together, in their order; the others stay. */
  function take(channel: string): Waiting<Item, Result>[] {
    const line = lines.get(channel) ?? [];
    const keys = new Set<string>();
    const taken: Waiting<Item, Result>[] = [];
    const rest: Waiting<Item, Result>[] = [];
    for (const waiting of line) {
      const key = keyOf(waiting.item);
      if (taken.length === maxTogether || keys.has(key)) rest.push(waiting);
      else taken.push(waiting);
      keys.add(key);
    }
    if (rest.length === 0) lines.delete(channel);
    else lines.set(channel, rest);
    return taken;
  }

  async function runTogether(channel: string): Promise<void> {
    const taken = take(channel);
    if (lines.has(channel)) schedule(channel);
    const items = taken.map(({ item }) => item);
    const settle = await run(channel, items).then(
      (results) => () => {
        for (const [index, { resolve }] of taken.entries()) resolve(results[index] as Result);
      },
      (error: unknown) => () => {
        for (const { reject } of taken) reject(error);
      },
    );
    // What waits is sent to the database before those who are done go on: then both are at work at the same time.
    if (lines.has(channel)) setImmediate(settle);
    else settle();
  }

  function schedule(channel: string): void {
    turns
      .inTurn(channel, () => runTogether(channel))
      .catch((error: unknown) => {
        const line = lines.get(channel) ?? [];
        lines.delete(channel);
        for (const { reject } of line) reject(error);
      });
  }

  return (channel: string, item: Item): Promise<Result> => {
    const line = lines.get(channel);
    if (line && line.length >= maxWaiting) return Promise.reject(new AppError('SERVICE_UNAVAILABLE'));
    const result = new Promise<Result>((resolve, reject) => {
      const waiting = { item, resolve, reject };
      if (line) line.push(waiting);
      else lines.set(channel, [waiting]);
    });
    if (!line) schedule(channel);
    return result;
  };
}
