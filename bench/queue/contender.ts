/** What is measured: a queue with its own tables, in a database of its own. */
export interface Contender {
  /** Installs the tables and opens the pool. */
  open(url: string): Promise<Session>;
}

/** A queue that is ready for work. */
export interface Session {
  /** Enqueues jobs in the way that is meant for many. */
  fill(count: number): Promise<void>;
  /** Enqueues one job; resolves when it is committed. */
  enqueue(n: number): Promise<void>;
  /** Starts a worker that calls `handle` for each job; gives its stop. */
  work(handle: (n: number) => void): Promise<() => Promise<void>>;
  /** SQL that counts the jobs that are not finished yet, as `n`. */
  readonly unfinished: string;
  close(): Promise<void>;
}

/** Given to everyone: connections of the pool, and handlers at the same time. */
export const poolSize = 10;
export const concurrency = Number(process.env['BENCH_CONCURRENCY'] ?? 50);
export const batchSize = Number(process.env['BENCH_BATCH'] ?? 500);
