import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** Asks a server whether it is there. */
export interface Probe {
  /** False when it does not answer in time; a refusal is an answer. */
  answers(): Promise<boolean>;
  stop(): void;
}

/** A connection that is kept for asking may be dead by itself: after so long a new one is tried beside it. */
const freshAfterMs = 400;
/** A timer that is later than this tells of this process, not of the server. */
const stalledMs = 250;

interface Stream {
  on(event: 'data', hear: () => void): void;
  destroy(error?: Error): void;
}

/** What a client of pg talks over. */
export const streamOf = (client: pg.Client | pg.PoolClient): Stream =>
  (client as unknown as { connection: { stream: Stream } }).connection.stream;

/** Makes a probe with a connection of its own, which is made when it is first needed, and kept. */
export function createProbe(connectionString: string, withinMs: number): Probe {
  let kept: pg.Client | null = null;
  /** All that are open. */
  const clients = new Set<pg.Client>();
  let stopped = false;

  function drop(client: pg.Client): void {
    if (kept === client) kept = null;
    clients.delete(client);
    streamOf(client).destroy();
  }

  async function askKept(client: pg.Client): Promise<boolean> {
    try {
      await client.query('SELECT 1');
      return true;
    } catch {
      drop(client);
      return false;
    }
  }

  async function askFresh(): Promise<boolean> {
    const client = new pg.Client({ connectionString, application_name: 'lectern probe', keepAlive: true });
    clients.add(client);
    client.on('error', () => {});
    client.on('end', () => drop(client));
    try {
      await client.connect();
      await client.query('SELECT 1');
      if (kept) drop(kept);
      if (stopped) drop(client);
      else kept = client;
      return true;
    } catch (error) {
      drop(client);
      // Refused, out of connections, starting up: whoever uses the pool is told so by itself.
      return (error as { code?: unknown }).code !== 'ETIMEDOUT';
    }
  }

  async function ask(): Promise<boolean> {
    const old = kept ? askKept(kept) : Promise.resolve(false);
    if (await Promise.race([old, pause(kept ? freshAfterMs : 0, false, { ref: false })])) return true;
    if (stopped) return false;
    return Promise.any([until(old), until(askFresh())]).catch(() => false);
  }

  return {
    async answers() {
      let late: NodeJS.Timeout | undefined;
      const start = performance.now();
      const deadline = new Promise<boolean>((resolve) => {
        late = setTimeout(() => {
          // A process that was stopped or starved itself has not waited: it knows nothing, and asks again later.
          const stalled = performance.now() - start > withinMs + stalledMs;
          // The turn after it: what arrived while this process was busy counts.
          setImmediate(resolve, stalled);
        }, withinMs);
      });
      const answered = await Promise.race([ask(), deadline]);
      clearTimeout(late);
      if (!answered) for (const client of clients) drop(client);
      return answered;
    },
    stop() {
      stopped = true;
      for (const client of clients) drop(client);
    },
  };
}

/** Rejects for false, so that the other one may still say true. */
async function until(answer: Promise<boolean>): Promise<true> {
  if (await answer) return true;
  throw new Error('no answer');
}
