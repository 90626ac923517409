import type pg from 'pg';
import { createProbe, streamOf } from './probe.js';

/** Connections in use that heard nothing for this long make it ask whether the server is there at all. */
const quietMs = 500;
const lookEveryMs = 100;

/** The server takes connections and says nothing, or nothing reaches us from it. */
class DatabaseSilent extends Error {
  override readonly name = 'DatabaseSilent';
  /** Told like any connection that timed out. */
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('Connection terminated: the database does not answer at all');
  }
}

/** Tells a server that is frozen, or behind a black hole, from one that is slow. */
export interface Pulse {
  /** What a new caller is to be told at once; null while the server answers. */
  failure(): Error | null;
  stop(): void;
}

export interface PulseOptions {
  readonly pool: pg.Pool;
  readonly connectionString: string;
  /** How long a server that is there may take to answer, in milliseconds. */
  readonly answerWithinMs: number;
  /** Told when the server falls silent, and when it answers again. */
  readonly onChange: (silent: boolean) => void;
}

/**
 * Watches the connections of a pool. A statement may take its seconds, but a server that is there always takes a
 * new connection and answers on it. If all connections are quiet and that fails too, every connection is ended, so
 * that callers fail together and soon, and new ones at once, until it answers again.
 */
export function watchPulse({ pool, connectionString, answerWithinMs, onChange }: PulseOptions): Pulse {
  const probe = createProbe(connectionString, answerWithinMs);
  const clients = new Set<pg.PoolClient>();
  /** Those that somebody uses, since when. */
  const used = new Map<pg.PoolClient, number>();
  let heardAt = performance.now();
  let asking = false;
  let silent = false;
  let stopped = false;
  const hear = () => {
    heardAt = performance.now();
  };

  pool.on('connect', (client) => {
    clients.add(client);
    streamOf(client).on('data', hear);
    hear();
  });
  pool.on('acquire', (client) => used.set(client, performance.now()));
  pool.on('release', (_error, client) => used.delete(client));
  pool.on('remove', (client) => {
    clients.delete(client);
    used.delete(client);
  });

  function isQuiet(now: number): boolean {
    if (now - heardAt < quietMs) return false;
    for (const since of used.values()) if (now - since >= quietMs) return true;
    return false;
  }

  async function ask(): Promise<void> {
    asking = true;
    const askedAt = performance.now();
    const answers = await probe.answers();
    asking = false;
    // Whatever a connection heard meanwhile is an answer too.
    if (!answers && !silent && heardAt > askedAt) return;
    if (stopped || silent === !answers) return;
    silent = !answers;
    onChange(silent);
    if (silent) for (const client of clients) streamOf(client).destroy(new DatabaseSilent());
  }

  const timer = setInterval(() => {
    if (!asking && (silent || isQuiet(performance.now()))) void ask();
  }, lookEveryMs);
  timer.unref();

  return {
    failure: () => (silent ? new DatabaseSilent() : null),
    stop() {
      stopped = true;
      clearInterval(timer);
      probe.stop();
    },
  };
}
