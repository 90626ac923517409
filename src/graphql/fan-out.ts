import type { StreamItem } from '../channels/events.js';
import type { ChannelStream } from '../channels/stream.js';
import type { LiveFeed } from '../channels/tail.js';
import { createGate } from './gate.js';
import { Group, type GroupWay } from './live-group.js';
import type { Arrival, Shared, SharedResponse, Subscriber } from './subscriber.js';

/** Hears what the fan-out does. */
export interface FanOutObserver {
  began(field: string, resumed: boolean): void;
  /** An item was executed once, for however many. */
  executed(field: string, item: StreamItem): void;
  /** An item was given to so many; `live` unless it was replayed. */
  delivered(field: string, count: number, item: StreamItem, live: boolean): void;
  ended(field: string): void;
}

export interface FanOutOptions {
  readonly observer?: FanOutObserver;
  /** Around the execution of every event, for traces and the log: it must run it once and give what it gives. */
  readonly around?: (<T>(item: StreamItem, run: () => Promise<T>) => Promise<T>) | undefined;
  /** Resolves when whoever had lost all access before the call was told so, and has left. */
  readonly endingsHeard: () => Promise<void>;
}

/** Executes each event once for all who are alike. */
export interface FanOut {
  /** Begins a subscription to a channel. */
  join(subscriber: Subscriber, stream: ChannelStream<unknown>, shared: Shared): void;
  /** Ends it without a word. */
  leave(subscriber: Subscriber): void;
}

/** Subscribers that replay at the same time. */
const maxReplaying = 64;
/** A replayed response is kept so long for others who replay the same. */
const replayedMilliseconds = 500;

/** Creates the fan-out of a process. */
export function createFanOut(options: FanOutOptions): FanOut {
  const { endingsHeard, observer, around = (_item, run) => run() } = options;
  const groups = new Map<string, Group>();
  const gate = createGate(maxReplaying);
  const replayed = new Map<string, Promise<SharedResponse | null>>();

  function respond(
    arrival: Arrival,
    subscriber: Subscriber,
    item: StreamItem,
  ): Promise<SharedResponse | null> {
    return around(item, () => respondTo(arrival, subscriber, item));
  }

  async function respondTo(
    { stream, shared }: Arrival,
    subscriber: Subscriber,
    item: StreamItem,
  ): Promise<SharedResponse | null> {
    const prepared = await stream.prepare(item);
    if (prepared === null) return null;
    observer?.executed(shared.field, item);
    return shared.execute(prepared, subscriber);
  }

  /** A replay of many clients at once executes each event once. */
  function respondToReplay(
    arrival: Arrival,
    subscriber: Subscriber,
    item: StreamItem,
  ): Promise<SharedResponse | null> {
    const key = `${item.type} ${item.cursor.seq} ${item.cursor.tag} ${arrival.shared.key}`;
    let response = item.type === 'event' ? replayed.get(key) : undefined;
    if (!response) {
      response = respond(arrival, subscriber, item);
      if (item.type === 'event') {
        replayed.set(key, response);
        const forget = () => replayed.delete(key);
        response.then(() => setTimeout(forget, replayedMilliseconds).unref(), forget);
      }
    }
    return response;
  }

  /** Pulls until the subscriber has all that is known here, and lets its group go on from there. */
  async function bring(subscriber: Subscriber, arrival: Arrival): Promise<void> {
    const leaveGate = await gate();
    try {
      await pull(subscriber, arrival, leaveGate);
    } finally {
      leaveGate();
    }
  }

  async function pull(subscriber: Subscriber, arrival: Arrival, leaveGate: () => void): Promise<void> {
    const { source } = arrival.stream;
    /** Events up to here were known when the endings were last heard. */
    let covered = 0;
    while (!subscriber.left) {
      const feed = source.goLive();
      if (feed) return enter(subscriber, arrival, feed);
      const result = await source.next();
      if (subscriber.left) return;
      if (result.done) return end(subscriber, null);
      const item = result.value;
      // From here on it may wait for long.
      if (item.type === 'joined') leaveGate();
      const response = await respondToReplay(arrival, subscriber, item);
      if (item.type === 'event' && item.cursor.seq > covered) {
        covered = source.head;
        await endingsHeard();
      }
      if (!response || subscriber.left) continue;
      subscriber.deliver(response);
      observer?.delivered(arrival.shared.field, 1, item, false);
    }
  }

  function enter(subscriber: Subscriber, arrival: Arrival, feed: LiveFeed): void {
    const { key } = arrival.shared;
    let group = groups.get(key);
    // Of a log that was replaced the others hear no more, until their sockets are closed.
    if (group?.feed === feed) letGo(arrival.stream);
    else {
      group = new Group(arrival, feed, way);
      groups.set(key, group);
    }
    subscriber.arrival = null;
    subscriber.group = group;
    subscriber.after = feed.head;
    group.add(subscriber);
  }

  function leave(subscriber: Subscriber): void {
    const { arrival, group } = subscriber;
    const shared = arrival?.shared ?? group?.arrival.shared;
    if (subscriber.left || !shared) return;
    subscriber.left = true;
    observer?.ended(shared.field);
    if (arrival) letGo(arrival.stream);
    group?.remove(subscriber);
  }

  function end(subscriber: Subscriber, error: Error | null): void {
    if (subscriber.left) return;
    leave(subscriber);
    subscriber.end(error);
  }

  const way: GroupWay = {
    respond,
    endingsHeard,
    end,
    delivered: (field, count, item) => observer?.delivered(field, count, item, true),
    empty(group) {
      const { stream, shared } = group.arrival;
      if (groups.get(shared.key) === group) groups.delete(shared.key);
      letGo(stream);
    },
  };

  return {
    join(subscriber, stream, shared) {
      const arrival = { stream, shared };
      subscriber.arrival = arrival;
      subscriber.userId = stream.source.userId;
      observer?.began(shared.field, stream.source.resumed);
      bring(subscriber, arrival).catch((error: unknown) => end(subscriber, error as Error));
    },
    leave,
  };
}

/** Its failure to end concerns nobody any more. */
function letGo(stream: ChannelStream<unknown>): void {
  stream.return().then(undefined, () => {});
}
