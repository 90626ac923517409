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
  /** How it comes to where the others are; null before and from then on, when one stream is there for all of them. */
  stream: ChannelStream<unknown> | null = null;
  /** Of its group once it is live; null for what shares nothing. */
  shared: Shared | null = null;
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

/** A subscriber that has joined. */
interface Member extends Subscriber {
  shared: Shared;
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
    stream: ChannelStream<unknown>,
    member: Member,
    item: StreamItem,
  ): Promise<SharedResponse | null> {
    return around(item, () => respondTo(stream, member, item));
  }

  async function respondTo(
    stream: ChannelStream<unknown>,
    member: Member,
    item: StreamItem,
  ): Promise<SharedResponse | null> {
    const prepared = await stream.prepare(item);
    if (prepared === null) return null;
    observer?.executed(member.shared.field, item);
    return member.shared.execute(prepared, member);
  }

  /** A replay of many clients at once executes each event once. */
  function respondToReplay(
    stream: ChannelStream<unknown>,
    member: Member,
    item: StreamItem,
  ): Promise<SharedResponse | null> {
    const key = `${item.type} ${item.cursor.seq} ${item.cursor.tag} ${member.shared.key}`;
    let response = item.type === 'event' ? replayed.get(key) : undefined;
    if (!response) {
      response = respond(stream, member, item);
      if (item.type === 'event') {
        replayed.set(key, response);
        const forget = () => replayed.delete(key);
        response.then(() => setTimeout(forget, replayedMilliseconds).unref(), forget);
      }
    }
    return response;
  }

  /** Pulls until the member has all that is known here, and lets its group go on from there. */
  async function bring(member: Member, stream: ChannelStream<unknown>): Promise<void> {
    const leaveGate = await gate();
    try {
      await pull(member, stream, leaveGate);
    } finally {
      leaveGate();
    }
  }

  async function pull(member: Member, stream: ChannelStream<unknown>, leaveGate: () => void): Promise<void> {
    const { source } = stream;
    /** Events up to here were known when the endings were last heard. */
    let covered = 0;
    while (!member.left) {
      const feed = source.goLive();
      if (feed) return enter(member, stream, feed);
      const result = await source.next();
      if (member.left) return;
      if (result.done) return end(member, null);
      const item = result.value;
      // From here on it may wait for long.
      if (item.type === 'joined') leaveGate();
      const response = await respondToReplay(stream, member, item);
      if (item.type === 'event' && item.cursor.seq > covered) {
        covered = source.head;
        await endingsHeard();
      }
      if (!response || member.left) continue;
      member.deliver(response);
      observer?.delivered(member.shared.field, 1, item, false);
    }
  }

  function enter(member: Member, stream: ChannelStream<unknown>, feed: LiveFeed): void {
    let group = groups.get(member.shared.key);
    if (group) letGo(stream);
    else {
      group = new Group(member.shared, stream, feed, way);
      groups.set(member.shared.key, group);
    }
    member.stream = null;
    member.shared = group.shared;
    member.after = feed.head;
    group.members.add(member);
  }

  function leave(member: Member): void {
    if (member.left) return;
    member.left = true;
    observer?.ended(member.shared.field);
    if (member.stream) letGo(member.stream);
    else groups.get(member.shared.key)?.remove(member);
  }

  function end(member: Member, error: Error | null): void {
    if (member.left) return;
    leave(member);
    member.end(error);
  }

  const way: GroupWay = {
    respond,
    endingsHeard,
    end,
    delivered: (field, count, item) => observer?.delivered(field, count, item, true),
    empty(group) {
      groups.delete(group.shared.key);
      letGo(group.stream);
    },
  };

  return {
    join(subscriber, stream, shared) {
      const member = Object.assign(subscriber, { stream, shared, userId: stream.source.userId });
      observer?.began(shared.field, stream.source.resumed);
      bring(member, stream).catch((error: unknown) => end(member, error as Error));
    },
    leave(subscriber) {
      if (isMember(subscriber)) leave(subscriber);
    },
  };
}

function isMember(subscriber: Subscriber): subscriber is Member {
  return subscriber.shared !== null;
}

/** Its failure to end concerns nobody any more. */
function letGo(stream: ChannelStream<unknown>): void {
  stream.return().then(undefined, () => {});
}

/** What a group needs of its fan-out. */
interface GroupWay {
  respond(stream: ChannelStream<unknown>, member: Member, item: StreamItem): Promise<SharedResponse | null>;
  endingsHeard(): Promise<void>;
  end(member: Member, error: Error | null): void;
  delivered(field: string, count: number, item: StreamItem): void;
  empty(group: Group): void;
}

/** The live subscribers of one key: each event is executed by one of them and delivered to all, in order. */
class Group implements LiveListener {
  readonly members = new Set<Member>();
  readonly #jobs: Job[] = [];
  #last: number;
  #running = 0;
  #draining = false;

  constructor(
    readonly shared: Shared,
    /** Of the first member: it keeps the channel followed, and prepares each event. */
    readonly stream: ChannelStream<unknown>,
    private readonly feed: LiveFeed,
    private readonly way: GroupWay,
  ) {
    this.#last = feed.head;
    feed.listen(this);
  }

  remove(member: Member): void {
    if (!this.members.delete(member) || this.members.size > 0) return;
    this.feed.unlisten(this);
    this.way.empty(this);
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
      const [member] = this.members;
      if (!member) return;
      this.#running++;
      // The endings are asked for beside the execution: both began after the event was committed.
      job.response = Promise.all([
        this.way.respond(this.stream, member, job.item),
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
      for (let job = this.#jobs[0]; job && this.members.size > 0; job = this.#jobs[0]) {
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
    for (const member of this.members) {
      if (item.cursor.seq <= member.after) continue;
      member.deliver(response);
      count++;
    }
    this.way.delivered(this.shared.field, count, item);
  }

  #takeAccess(event: ChannelEvent): void {
    for (const member of [...this.members]) {
      if (event.seq > member.after && takesAccessOf(event, member.userId))
        this.way.end(member, new AppError('SUBSCRIPTION_REVOKED'));
    }
  }

  #fail(error: Error): void {
    for (const member of [...this.members]) this.way.end(member, error);
    this.#jobs.length = 0;
  }
}
