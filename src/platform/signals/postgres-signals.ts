import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { asError } from '../../shared/errors.js';
import type { Database } from '../database/database.js';
import type { Logger } from '../logger.js';

/**
 * Short messages between the processes of the system. They may be lost, repeated and reordered: they save
 * waiting, and nothing may depend on their arrival. Every process hears its own too.
 */
export interface Signals {
  /** Tells the topic's listeners on every process, soon and batched. Never throws; call it after the commit. */
  send(topic: string, message: string): void;
  /**
   * Hears a topic from now on; gives a function that ends it.
   * @param taking whether this listener, as a rule, takes what a message is about: other processes are then told a moment
   * later, so that they do not compete for the database with the one that has it already.
   */
  listen(topic: string, hear: (message: string) => void, taking?: boolean): () => void;
  /** Called when the connection is back after it was lost: whatever was sent meanwhile was missed. */
  onReconnect(resume: () => void): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresSignalsOptions {
  /** A direct connection: LISTEN does not survive a pooler in transaction mode. */
  readonly directUrl: string;
  /** Sends through the ordinary pool. */
  readonly database: Pick<Database, 'sql'>;
  readonly logger: Logger;
}

const pgChannel = 'lectern';
/** NOTIFY refuses a payload of 8,000 bytes or more. */
const maxPayloadBytes = 7_900;
const maxPending = 10_000;
/** About as long as somebody here needs to take what a message is about. */
const takingMilliseconds = 3;
const reconnectMilliseconds = [50, 200, 500, 1_000];

/** Signals over PostgreSQL's LISTEN and NOTIFY: one listening connection a process, many messages in one NOTIFY. */
export function createPostgresSignals({ directUrl, database, logger }: PostgresSignalsOptions): Signals {
  const listeners = new Map<string, Set<(message: string) => void>>();
  /** Topics that somebody here listens to in order to take what comes. */
  const taken = new Map<string, number>();
  const resumers: (() => void)[] = [];
  let client: pg.Client | null = null;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;
  /** Tells our own messages from those of others when they come back. */
  const self = randomUUID();
  const pending = new Set<string>();
  /** What others are told in a moment. */
  const held = new Set<string>();
  let release: NodeJS.Timeout | undefined;
  let sending: Promise<void> | null = null;

  /** The first line names the process that sent it: we have heard our own at once. */
  function receive(payload: string): void {
    const [sender, ...lines] = payload.split('\n');
    if (sender !== self) lines.forEach(dispatch);
  }

  function dispatch(line: string): void {
    const space = line.indexOf(' ');
    for (const hear of listeners.get(line.slice(0, space)) ?? []) hear(line.slice(space + 1));
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: directUrl,
      connectionTimeoutMillis: 2_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    // Both 'error' and 'end' follow a lost connection; the first one counts.
    const lost = () => {
      if (client !== next) return;
      client = null;
      if (!stopped) reconnect(0);
    };
    next.on('error', lost);
    next.on('end', lost);
    next.on('notification', ({ payload }) => payload && receive(payload));
    await next.connect();
    await next.query(`LISTEN ${pgChannel}`);
    if (stopped) await next.end();
    else client = next;
  }

  function reconnect(attempt: number): void {
    const wait = reconnectMilliseconds[Math.min(attempt, reconnectMilliseconds.length - 1)];
    retry = setTimeout(() => {
      connect().then(
        () => {
          if (!stopped) for (const resume of resumers) resume();
        },
        (error) => {
          if (attempt === 0)
            logger.warn({ err: asError(error) }, 'the listening connection is lost; trying again');
          if (!stopped) reconnect(attempt + 1);
        },
      );
    }, wait);
  }

  /** One NOTIFY at a time: what comes meanwhile goes with the next one, so a burst costs few round trips. */
  async function drain(): Promise<void> {
    while (pending.size > 0) {
      let payload: string = self;
      for (const line of pending) {
        if (payload !== self && Buffer.byteLength(payload) + Buffer.byteLength(line) >= maxPayloadBytes)
          break;
        payload += `\n${line}`;
        pending.delete(line);
      }
      await database.sql('SELECT pg_notify($1, $2)', pgChannel, payload);
    }
  }

  function notify(line: string): void {
    if (pending.size >= maxPending) return;
    pending.add(line);
    sending ??= Promise.resolve()
      .then(drain)
      .catch((error) => {
        // Listeners find out by their own polling what these messages would have told.
        pending.clear();
        logger.warn({ err: asError(error) }, 'signals could not be sent');
      })
      .finally(() => {
        sending = null;
      });
  }

  function notifyHeld(): void {
    release = undefined;
    for (const line of held) notify(line);
    held.clear();
  }

  return {
    send(topic, message) {
      if (stopped) return;
      const line = `${topic} ${message}`;
      // Not within the caller's turn, which may hold what a listener needs.
      queueMicrotask(() => dispatch(line));
      if (!taken.get(topic)) return notify(line);
      held.add(line);
      release ??= setTimeout(notifyHeld, takingMilliseconds);
    },
    listen(topic, hear, taking = false) {
      const hearers = listeners.get(topic) ?? new Set();
      listeners.set(topic, hearers.add(hear));
      const add = (n: number) => taken.set(topic, (taken.get(topic) ?? 0) + n);
      if (taking) add(1);
      return () => {
        if (hearers.delete(hear) && taking) add(-1);
      };
    },
    onReconnect: (resume) => resumers.push(resume),
    start: connect,
    async stop() {
      stopped = true;
      clearTimeout(retry);
      clearTimeout(release);
      notifyHeld();
      await sending;
      await client?.end();
      client = null;
    },
  };
}
