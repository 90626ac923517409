import type { Queryable, UnitOfWork } from '../platform/database/database.js';
import { asError } from '../shared/errors.js';
import { isDatabaseLoss } from './database-loss.js';
import { type HandlerContext, handlerFor, type QueueHandler } from './handler.js';
import type { HeldLease } from './held-lease.js';
import type { PayloadSchemas, QueueItem } from './item.js';
import {
  type HandlerOutcome,
  LeaseLost,
  type ObservedOutcome,
  type Outcome,
  PermanentFailure,
  UnknownItem,
} from './outcome.js';
import { checkPayload, isKnown, PayloadError } from './payloads.js';
import { completeItem } from './sql/complete.js';
import { skipItem } from './sql/skip.js';

export interface ExecuteOptions {
  readonly database: Queryable;
  readonly schemas: PayloadSchemas;
  readonly handlers: QueueHandler | Readonly<Record<string, QueueHandler | undefined>>;
  readonly handlerTimeoutSeconds: number;
  readonly around?: AroundHandler | undefined;
}

/** Runs a handler on behalf of whoever watches: it must run it once, and give what it gives. */
export type AroundHandler = <T>(item: QueueItem, run: () => Promise<T>) => Promise<T>;

/**
 * Runs the item's handler and gives what became of it: at once when the handler does, since a promise and a timer for
 * each item cost more than the rest of it. Never throws.
 */
export function execute(
  held: HeldLease,
  options: ExecuteOptions,
): ObservedOutcome | Promise<ObservedOutcome> {
  try {
    const handle = handlerFor(options.handlers, held.item);
    if (!handle || !isKnown(options.schemas, held.item.eventType))
      throw new UnknownItem(`There is no handler for ${describe(held)}.`);
    const payload = checkPayload(options.schemas, held.item.eventType, held.item.payload);
    const run = () => handle({ ...held.item, payload }, new Context(held));
    const work = options.around ? options.around(held.item, async () => run()) : run();
    return 'then' in work ? outcomeInTime(work, held, options) : (held.recorded ?? work);
  } catch (thrown) {
    return outcomeOf(options.database, asError(thrown));
  }
}

async function outcomeInTime(
  work: Promise<HandlerOutcome>,
  held: HeldLease,
  options: ExecuteOptions,
): Promise<ObservedOutcome> {
  try {
    const outcome = await withinTime(work, held, options.handlerTimeoutSeconds);
    return held.recorded ?? outcome;
  } catch (thrown) {
    // A connection may be lost after the commit: what was recorded counts.
    return held.recorded ?? (await outcomeOf(options.database, asError(thrown)));
  }
}

async function outcomeOf(on: Queryable, error: Error): Promise<ObservedOutcome> {
  if (error instanceof LeaseLost) return { kind: 'lost' };
  if (error instanceof UnknownItem) return { kind: 'unknown', error };
  if (await isDatabaseLoss(on, error)) return { kind: 'deferred', delaySeconds: 1 };
  return { kind: 'failed', error, final: error instanceof PermanentFailure || error instanceof PayloadError };
}

function describe({ item }: HeldLease): string {
  return item.channel ? `"${item.eventType}" on ${item.channel}` : `"${item.eventType}"`;
}

class Context implements HandlerContext {
  readonly #held: HeldLease;

  constructor(held: HeldLease) {
    this.#held = held;
  }

  async complete(tx: UnitOfWork): Promise<void> {
    this.#record(tx, { kind: 'completed' }, await completeItem(tx, this.#held));
  }

  async skip(tx: UnitOfWork, reason: string): Promise<void> {
    this.#record(tx, { kind: 'skipped', reason }, await skipItem(tx, this.#held, reason));
  }

  get signal(): AbortSignal {
    return this.#held.abort.signal;
  }

  /** Only the commit makes it true: the transaction may still roll back, and be run again. */
  #record(tx: UnitOfWork, outcome: Outcome, stillHeld: boolean): void {
    const held = this.#held;
    if (!stillHeld) throw new LeaseLost(held.item.id);
    tx.afterCommit(() => {
      held.recorded = outcome;
    });
  }
}

/** A handler that hangs may not keep its place for ever. What it does later is stopped by the lease. */
async function withinTime<T>(work: Promise<T>, held: HeldLease, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`The handler took longer than ${seconds} s.`);
      reject(error);
      held.abort.abort(error);
    }, seconds * 1_000);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
