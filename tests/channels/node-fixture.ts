import type { Bus } from '../../src/channels/bus.js';
import { createSignalBus } from '../../src/channels/bus.js';
import { type Channels, createChannels } from '../../src/channels/channels.js';
import type { ChannelEvent, NewEvent, StreamItem } from '../../src/channels/events.js';
import { createDatabase, type Database } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPostgresSignals } from '../../src/platform/signals/postgres-signals.js';

/** One process of the system as far as the channel log goes. */
export interface Node {
  readonly database: Database;
  readonly channels: Channels;
  /** Appends in a transaction of its own. */
  append(...events: NewEvent[]): Promise<ChannelEvent[]>;
  stop(): Promise<void>;
}

const logger = createLogger({ level: 'silent', pretty: false });

/** A node on this database; its bus is PostgreSQL's unless another is given. */
export async function startNode(
  url: string,
  options: { bus?: Bus; pollMilliseconds?: number; observe?: (text: string) => void } = {},
): Promise<Node> {
  const { observe } = options;
  const database = createDatabase({
    waitMs: 15_000,
    url,
    logger,
    ...(observe ? { observe: ({ text }: { text: string }) => observe(text) } : {}),
  });
  const signals = createPostgresSignals({ directUrl: url, database, logger });
  const { pollMilliseconds = 500 } = options;
  const channels = createChannels({
    database,
    bus: options.bus ?? createSignalBus(signals),
    logger,
    pollMilliseconds,
  });
  await signals.start();
  await channels.start();
  return {
    database,
    channels,
    append: (...events) => database.transaction((tx) => channels.append(tx, events)),
    async stop() {
      await channels.stop();
      await signals.stop();
      await database.stop();
    },
  };
}

/** A bus that tells nobody anything. */
export const deafBus: Bus = { publish: () => {}, onWake: () => {}, onResume: () => {} };

/** An event of a channel, told from others by `n`. */
export function event(channel: string, n: number): NewEvent {
  return { channel, kind: 'test', actorId: null, payload: { n } };
}

/** The next `count` items of a stream. */
export async function take(stream: AsyncIterator<StreamItem>, count: number): Promise<StreamItem[]> {
  const items: StreamItem[] = [];
  while (items.length < count) {
    const { value, done } = await stream.next();
    if (done) break;
    items.push(value);
  }
  return items;
}

/** Short names of items: `joined`, `reset:REASON`, or the event's `n`. */
export function brief(items: readonly StreamItem[]): (string | number)[] {
  return items.map((item) => {
    if (item.type === 'joined') return 'joined';
    return item.type === 'reset' ? `reset:${item.reason}` : Number(item.event.payload['n']);
  });
}
