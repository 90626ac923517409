import type { GraphQLSchema } from 'graphql';
import { createRandom } from '../testkit/random.js';
import type { Door, Reply } from './door.js';

/** What an operation is asked for, over HTTP and over WebSocket. */
export interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What an attacker knows: the published schema, and ids and words of a school that is none of theirs. */
export interface World {
  readonly schema: GraphQLSchema;
  /** An object of the victims' school by its type; empty when the target has no such school. */
  readonly victims: Readonly<Record<string, string>>;
  /** One of so many cases is tried, of those that are generated: 1 is all of them. */
  readonly step: number;
  /** Which ones. */
  readonly seed: number;
}

/**
 * What must be said. `refused`: an error and no data. `harmless`: data may come, but nothing of another school.
 * Everywhere: only codes of the catalogue, no leak, in time.
 */
export type Expected = 'refused' | 'harmless';

/** A kind of attack. */
export interface Family {
  readonly name: string;
  readonly expected: Expected;
  /** Codes that may be answered; any of the catalogue but INTERNAL_ERROR unless told. */
  readonly codes?: readonly string[];
  /** Who runs it; everyone unless told. */
  readonly as?: readonly ('anonymous' | 'student' | 'foreign admin')[];
  /** Operations, which are sent over both transports. */
  readonly operations?: (world: World) => Iterable<Operation>;
  /** Anything else: gives what came back. */
  readonly act?: (door: Door, world: World) => Promise<readonly Reply[]>;
}

/** One of `step` cases by the world's seed, but one at least; a list may be `denser` than others. */
export function* sampled<Item>(
  items: Iterable<Item>,
  { step, seed }: Pick<World, 'step' | 'seed'>,
  denser = 1,
): Generator<Item> {
  const every = Math.ceil(step / denser);
  const random = createRandom(seed);
  let last: { readonly item: Item } | null = null;
  let any = false;
  for (const item of items) {
    last = { item };
    if (every > 1 && random.int(every) > 0) continue;
    any = true;
    yield item;
  }
  if (!any && last) yield last.item;
}
