import { Worker } from 'node:worker_threads';
import type { Options } from '@node-rs/argon2';

/**
 * Hashes one password after another in a thread of its own, which gives way to whatever else wants its processor: the
 * pool of threads that Node shares among files, names and hashing would fill every core at full priority.
 */
export interface HashThread {
  hash(password: string, options: Options): Promise<string>;
  /** Ends the thread; what it has not hashed yet fails. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly resolve: (hash: string) => void;
  readonly reject: (error: Error) => void;
}

type Answer = { readonly id: number } & ({ readonly hash: string } | { readonly failure: string });

/** Creates it; the thread begins with the first password, and anew should it ever die. See `passwordNiceness`. */
export function createHashThread(niceness: number): HashThread {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let thread: Worker | undefined;

  function take(id: number): Waiting | undefined {
    const one = waiting.get(id);
    waiting.delete(id);
    // Only what somebody waits for keeps the process alive.
    if (waiting.size === 0) thread?.unref();
    return one;
  }

  function end(of: Worker, error: Error): void {
    if (thread !== of) return;
    thread = undefined;
    for (const id of [...waiting.keys()]) take(id)?.reject(error);
  }

  function start(): Worker {
    const started = new Worker(new URL('./hashing-worker.mjs', import.meta.url), { workerData: niceness });
    started.on('message', (answer: Answer) => {
      const one = take(answer.id);
      if ('hash' in answer) one?.resolve(answer.hash);
      else one?.reject(new Error(answer.failure));
    });
    started.on('error', (error) => end(started, error));
    started.on('exit', () => end(started, new Error('The thread that hashes passwords has ended.')));
    return started;
  }

  return {
    hash(password, options) {
      thread ??= start();
      thread.ref();
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        thread?.postMessage({ id, password, options });
      });
    },
    async stop() {
      await thread?.terminate();
    },
  };
}
