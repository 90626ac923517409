import pg from 'pg';

/** One SQL statement as it went over a connection. */
export interface Statement {
  readonly text: string;
  readonly milliseconds: number;
}

/** Told of every statement when it has ended, failed ones included. */
export type StatementObserver = (statement: Statement) => void;

type Callback = (...results: unknown[]) => void;

/** A pg client class that reports each statement, whoever issued it (Prisma or we ourselves). */
export function observedClient(observe: StatementObserver): typeof pg.Client {
  return class ObservedClient extends pg.Client {
    // pg's `query` has many overloads; arguments and result pass through untouched but for the callback.
    override query = ((...args: unknown[]): unknown => {
      const [first] = args;
      const text = typeof first === 'string' ? first : ((first as { text?: string } | null)?.text ?? '');
      const start = performance.now();
      const done = () => observe({ text, milliseconds: performance.now() - start });
      const callback = args.at(-1);
      if (typeof callback === 'function') {
        args[args.length - 1] = (...results: unknown[]) => {
          done();
          (callback as Callback)(...results);
        };
      }
      const result: unknown = Reflect.apply(pg.Client.prototype.query, this, args);
      if (result instanceof Promise) result.then(done, done);
      return result;
    }) as pg.Client['query'];
  };
}
