import { setTimeout as pause } from 'node:timers/promises';
import { flaw, follow, type Subscriber } from '../realtime/subscriber.js';
import { eventually } from '../testkit/eventually.js';
import type { Person } from '../testkit/seed.js';
import type { Figures } from './figures.js';
import { type Address, sendUntilAnswered } from './retrying.js';
import { message, openRoom, sendMessage } from './rows/outages.js';
import type { FaultSystem } from './system.js';

export interface LoadOptions {
  readonly system: FaultSystem;
  /** Where people are now: asked before each request and each connection. */
  readonly url: Address;
  readonly rooms: number;
  readonly subscribersPerRoom: number;
  /** Between two messages of a room. */
  readonly everyMs: number;
}

/** People who write to rooms and follow them, whatever happens. */
export interface Load {
  /** Messages that were acknowledged so far. */
  acknowledged(): number;
  /** How often sockets have connected so far. */
  connects(): number;
  /** How often the other side ended a socket without a word so far. */
  cutOff(): number;
  /** Cuts the sockets of everybody. */
  cut(): void;
  /** Stops writing, waits until everybody has everything, and tells what was wrong. */
  settle(figures: Figures): Promise<void>;
}

interface Written {
  readonly messages: number;
  readonly failures: number;
  readonly retries: number;
  readonly slowestMs: number;
}

/** Begins the load, and resolves when every subscriber follows. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { system, url, rooms, subscribersPerRoom, everyMs } = options;
  /** Fresh: an evening is longer than a token lives. */
  const tokenOf = ({ uuid, sessionId }: Person) => system.seed.tokenOf(uuid, sessionId);
  let writing = true;
  let acknowledged = 0;
  const opened = await Promise.all(Array.from({ length: rooms }, () => openRoom(system, url())));
  const subscribers = opened.map(({ tutor, student, lesson, cursor }) =>
    Array.from({ length: subscribersPerRoom }, (_, n) =>
      follow({
        url: () => url().replace('http', 'ws'),
        accessToken: () => tokenOf(n % 2 ? tutor : student),
        ...{ roomId: lesson.id, after: cursor, onEvent: () => {} },
      }),
    ),
  );
  const all: readonly Subscriber[] = subscribers.flat();

  async function write(room: (typeof opened)[number]): Promise<Written> {
    const written = { messages: 0, failures: 0, retries: 0, slowestMs: 0 };
    while (writing) {
      const variables = message(room.lesson.id, `message ${written.messages + 1}`);
      try {
        const accessToken = await tokenOf(room.tutor);
        const { tries, milliseconds } = await sendUntilAnswered({ url, accessToken }, sendMessage, variables);
        written.messages++;
        acknowledged++;
        written.retries += tries - 1;
        written.slowestMs = Math.max(written.slowestMs, milliseconds);
      } catch (error) {
        // The first one tells what is wrong.
        if (written.failures++ === 0) process.stderr.write(`a message was not taken: ${error}\n`);
      }
      await pause(everyMs);
    }
    return written;
  }
  const writers = opened.map(write);
  const [first] = subscribers.map(([one]) => one);
  await eventually(
    () => first?.sequences.length ?? 0,
    (count) => count > 0,
  );

  return {
    acknowledged: () => acknowledged,
    connects: () => all.reduce((sum, { connects }) => sum + connects, 0),
    cutOff: () => all.reduce((sum, { cutOff }) => sum + cutOff, 0),
    cut() {
      for (const one of all) one.cut();
    },
    async settle(figures) {
      writing = false;
      const written = await Promise.all(writers);
      const wanted = (room: number) => written[room]?.messages ?? 0;
      await eventually(
        () =>
          subscribers.flatMap((some, room) => some.filter(({ sequences }) => sequences.length < wanted(room)))
            .length,
        (behind) => behind === 0,
        30_000,
      ).catch(() => {});
      for (const one of all) one.stop();
      const sum = (of: (one: Written) => number) => written.reduce((total, one) => total + of(one), 0);
      const flaws = subscribers.flatMap((some, room) =>
        some.flatMap(({ sequences }) => flaw(sequences, wanted(room)) ?? []),
      );
      const stored = await Promise.all(
        opened.map(({ lesson }) =>
          system.count('SELECT count(*) FROM chat_message WHERE lesson_id = $1', lesson.uuid),
        ),
      );
      figures.none(
        'requests that failed behind a retrying client',
        sum(({ failures }) => failures),
      );
      figures.none('subscribers who missed an event, or got one twice or out of order', flaws.length);
      figures.none(
        'messages lost or doubled',
        stored.reduce((total, count, room) => total + Math.abs(count - wanted(room)), 0),
      );
      figures.told(
        'messages',
        sum(({ messages }) => messages),
      );
      figures.told(
        'retries',
        sum(({ retries }) => retries),
      );
      figures.told(
        'slowest answer with its retries',
        Math.max(...written.map(({ slowestMs }) => slowestMs)),
        'ms',
      );
    },
  };
}
