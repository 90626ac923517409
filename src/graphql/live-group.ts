import { type ChannelEvent, isAccessEvent, type StreamItem, takesAccessOf } from '../channels/events.js';
import type { LiveFeed, LiveListener } from '../channels/tail.js';
import { AppError } from '../shared/errors.js';
import type { Arrival, LiveGroup, SharedResponse, Subscriber } from './subscriber.js';

/** Responses that may be waited for in one group; whoever is behind that far begins again at the last cursor. */
const maxJobs = 1_000;
/** Events of one group that are executed at the same time. */
const maxRunning = 16;
/** Members of a group that are kept as a list. */
const maxList = 8;

interface Job {
  readonly event: ChannelEvent;
  readonly item: StreamItem;
  response: Promise<SharedResponse | null> | null;
}

/** What a group needs of its fan-out. */
export interface GroupWay {
  respond(arrival: Arrival, subscriber: Subscriber, item: StreamItem): Promise<SharedResponse | null>;
  endingsHeard(): Promise<void>;
  end(subscriber: Subscriber, error: Error | null): void;
  delivered(field: string, count: number, item: StreamItem): void;
  empty(group: Group): void;
}

/** The live subscribers of one key: each event is executed by one of them and delivered to all, in order. */
export class Group implements LiveGroup, LiveListener {
  /** A list while they are few: in most rooms there are two people, and a set weighs more than they do. */
  #members: readonly Subscriber[] | Set<Subscriber> = [];
  readonly #jobs: Job[] = [];
  #last: number;
  #running = 0;
  #draining = false;

  constructor(
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
    else this.#members = members.length < maxList ? members.concat(member) : new Set(members).add(member);
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
      if (member.left || item.cursor.seq <= member.after) continue;
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
