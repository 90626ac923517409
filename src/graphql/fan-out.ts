import type { ExecutionResult } from 'graphql';
import { type ChannelEvent, isAccessEvent, type StreamItem, takesAccessOf } from '../channels/events.js';
import type { ChannelStream } from '../channels/stream.js';
import type { LiveFeed, LiveListener } from '../channels/tail.js';
import { AppError } from '../shared/errors.js';
import type { Language } from '../shared/language.js';
import type { Context } from './context.js';
import { createGate } from './gate.js';

/** A serialised response; one with errors, whose texts are for people, in each language. */
export type SharedResponse = Buffer | Readonly<Record<Language, Buffer>>;

/** What is executed for a subscription, the same for all who are alike. */
export interface Shared {
  /** Same key, same response to the same event. */
  readonly key: string;
  /** The subscribed field, for metrics. */
  readonly field: string;
  /** Executes one event for one of them and gives its serialised response. */
  execute(event: unknown, subscriber: Subscriber): Promise<SharedResponse>;
}

/**
 * Where the responses of a subscription go. There are thousands, mostly live and idle: what is the same for those who are
 * alike is with their group, and each look at one more object counts.
 */
export abstract class Subscriber {
  /** Its way to where the others are; null for what shares nothing, and once it is live. */
  arrival: Arrival | null = null;
  /** Those with whom it is live. */
  group: Group | null = null;
  /** Whose access it is. */
  userId = '';
  /** What came up to here was delivered before it went live. */
  after = 0;
  left = false;

  /** What an event is executed with; made anew for each. */
  abstract newContext(): Context;
  /** A response as it is sent. */
  abstract serialize(result: ExecutionResult): SharedResponse;
  /** Sends a response that was serialised for whomever; called in order, and not after it has left. */
  abstract deliver(response: SharedResponse): void;
  /** The subscription is over: with an error, or because there is no more. Not called after it was stopped. */
  abstract end(error: Error | null): void;
}

/** What a subscriber has to itself until it is live. */
interface Arrival {
  readonly stream: ChannelStream<unknown>;
  readonly shared: Shared;
}

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

/** Responses that may be waited for in one group; whoever is behind that far begins again at the last cursor. */
const maxJobs = 1_000;
/** Events of one group that are executed at the same time. */
const maxRunning = 16;
/** Subscribers that replay at the same time. */
const maxReplaying = 64;
/** Members of a group that are kept as a list. */
const few = 8;
/** A replayed response is kept so long for others who replay the same. */
const replayedMilliseconds = 500;

interface Job {
  readonly event: ChannelEvent;
  readonly item: StreamItem;
  response: Promise<SharedResponse | null> | null;
}

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

/** What a group needs of its fan-out. */
interface GroupWay {
  respond(arrival: Arrival, subscriber: Subscriber, item: StreamItem): Promise<SharedResponse | null>;
  endingsHeard(): Promise<void>;
  end(subscriber: Subscriber, error: Error | null): void;
  delivered(field: string, count: number, item: StreamItem): void;
  empty(group: Group): void;
}

/** The live subscribers of one key: each event is executed by one of them and delivered to all, in order. */
class Group implements LiveListener {
  /** A list while they are few: in most rooms there are two people, and a set weighs more than they do. */
  #members: readonly Subscriber[] | Set<Subscriber> = [];
  readonly #jobs: Job[] = [];
  #last: number;
  #running = 0;
  #draining = false;

  constructor(
    /** Of its first member: for all of them it keeps the channel followed, prepares each event and executes it. */
    readonly arrival: Arrival,
    readonly feed: LiveFeed,
    private readonly way: GroupWay,
  ) {
    this.#last = feed.head;
    feed.listen(this);
  }

  add(member: Subscriber): void {
    const members = this.#members;
    if (members instanceof Set) members.add(member);
    else this.#members = members.length < few ? members.concat(member) : new Set(members).add(member);
  }

  remove(member: Subscriber): void {
    const members = this.#members;
    if (members instanceof Set) members.delete(member);
    else this.#members = members.filter((one) => one !== member);
    if (!this.#isEmpty) return;
    this.feed.unlisten(this);
    this.way.empty(this);
  }

  get #isEmpty(): boolean {
    const members = this.#members;
    return (members instanceof Set ? members.size : members.length) === 0;
  }

  hear(event: ChannelEvent): void {
    if (event.seq !== this.#last + 1 || this.#jobs.length >= maxJobs) {
      // Retention or an overload came in between: with their cursors they are told which, or go on.
      this.#fail(new AppError('SERVICE_UNAVAILABLE'));
      return;
    }
    this.#last = event.seq;
    const cursor = { channel: event.channel, seq: event.seq, tag: event.tag };
    this.#jobs.push({
      event,
      item: { type: 'event', event, cursor, occurredAt: event.occurredAt },
      response: null,
    });
    this.#startJobs();
    if (!this.#draining) void this.#drain();
  }

  #startJobs(): void {
    for (const job of this.#jobs) {
      if (this.#running >= maxRunning) return;
      if (job.response || isAccessEvent(job.event)) continue;
      const [member] = this.#members;
      if (!member) return;
      this.#running++;
      // The endings are asked for beside the execution: both began after the event was committed.
      job.response = Promise.all([
        this.way.respond(this.arrival, member, job.item),
        this.way.endingsHeard(),
      ]).then(([response]) => response);
      const ended = () => {
        this.#running--;
        this.#startJobs();
      };
      job.response.then(ended, ended);
    }
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    try {
      for (let job = this.#jobs[0]; job && !this.#isEmpty; job = this.#jobs[0]) {
        if (isAccessEvent(job.event)) this.#takeAccess(job.event);
        else this.#deliver(await job.response, job.item);
        this.#jobs.shift();
      }
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#draining = false;
  }

  #deliver(response: SharedResponse | null | undefined, item: StreamItem): void {
    if (!response) return;
    let count = 0;
    for (const member of this.#members) {
      if (item.cursor.seq <= member.after) continue;
      member.deliver(response);
      count++;
    }
    this.way.delivered(this.arrival.shared.field, count, item);
  }

  #takeAccess(event: ChannelEvent): void {
    for (const member of [...this.#members]) {
      if (event.seq > member.after && takesAccessOf(event, member.userId))
        this.way.end(member, new AppError('SUBSCRIPTION_REVOKED'));
    }
  }

  #fail(error: Error): void {
    for (const member of [...this.#members]) this.way.end(member, error);
    this.#jobs.length = 0;
  }
}
