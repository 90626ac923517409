import pg from 'pg';
import { presentWork, type Work, within } from '../tracing/work.js';

/** One SQL statement as it went over a connection. */
export interface Statement {
  readonly text: string;
  /** When it was sent, in milliseconds of `performance.now`. */
  readonly start: number;
  readonly milliseconds: number;
  readonly failed: boolean;
  /** What it was run for. */
  readonly work: Work | undefined;
}

/** Told of every statement when it has ended, failed ones included. */
export type StatementObserver = (statement: Statement) => void;

type Callback = (...results: unknown[]) => void;

/** A pg client class that reports each statement that Prisma issues. */
export function observedClient(observe: StatementObserver): typeof pg.Client {
  return class ObservedClient extends pg.Client {
    // pg's `query` has many overloads; arguments and result pass through untouched but for the callback.
    override query = ((...args: unknown[]): unknown => {
      const [first] = args;
      const text = typeof first === 'string' ? first : ((first as { text?: string } | null)?.text ?? '');
      const start = performance.now();
      // Now: the result arrives on the socket's behalf, which is nobody's work.
      const work = presentWork();
      const done = (failed: boolean) =>
        observe({ text, start, milliseconds: performance.now() - start, failed, work });
      const callback = args.at(-1);
      if (typeof callback === 'function') {
        args[args.length - 1] = (...results: unknown[]) => {
          done(Boolean(results[0]));
          (callback as Callback)(...results);
        };
      }
      const result: unknown = Reflect.apply(pg.Client.prototype.query, this, args);
      if (result instanceof Promise)
        result.then(
          () => done(false),
          () => done(true),
        );
      return result;
    }) as pg.Client['query'];
  };
}

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (release?: unknown) => void,
) => void;

/**
 * A pool that gives a connection back to the work that waited for it, since its own queue calls from whoever released
 * one; refuses callers while there is a reason to; and keeps no connection on which an answer is still due.
 */
export class AttributedPool extends pg.Pool {
  /** Why nobody gets a connection now; null when nothing is in the way. */
  refusal: () => Error | null = () => null;

  constructor(options: pg.PoolConfig) {
    super(options);
    this.on('release', (_error, client) => {
      // Somebody gave up waiting, and the next owner would wait behind the same statement.
      const { readyForQuery } = client as { readyForQuery?: boolean };
      if (!_error && readyForQuery === false) void client.end();
    });
  }

  /** The same for whoever has noted for what work it is: the callback runs on behalf of whoever released the connection. */
  lend(connected: Connected): void {
    const refusal = this.refusal();
    if (refusal) queueMicrotask(() => connected(refusal, undefined, () => {}));
    else super.connect(connected);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.PoolClient> | undefined {
    if (!connected) {
      const refusal = this.refusal();
      return refusal ? Promise.reject(refusal) : super.connect();
    }
    const work = presentWork();
    // Not by AsyncResource.bind: on Node.js 20 it makes two deprecated properties for every statement.
    this.lend(work ? (...results) => within(work, () => connected(...results)) : connected);
    return undefined;
  }
}
