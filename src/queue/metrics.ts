import { Counter, Gauge, Histogram } from 'prom-client';
import type { Queryable } from '../platform/database/database.js';
import { latencyBuckets, type MetricsRegistry } from '../platform/metrics/registry.js';
import type { QueueItem } from './item.js';
import type { ObservedOutcome } from './outcome.js';
import { queuePolicy } from './policy.js';
import { type Backlog, readBacklog } from './sql/depth.js';

/** What is counted of the queue. */
export interface QueueMetrics {
  /** Shows the depth of the queue in this database at each scrape. */
  watch(on: Queryable): void;
  /** What a worker says of everything that it has claimed. */
  settled(item: QueueItem, outcome: ObservedOutcome): void;
  /** A handler took it up at this time, and has run for so long. */
  handled(item: QueueItem, startedAt: Date, milliseconds: number): void;
}

/** Scrapes that come faster get the same figures: the database is not asked more often, whoever scrapes. */
const keptMilliseconds = 2_000;
/** From enqueued to taken up: to hours, since a provider may be down. */
const waitBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200, 43_200];

const figures = [
  { name: 'queue_items_due', help: 'Items of the queue that are due and not taken up.', figure: 'due' },
  {
    name: 'queue_oldest_due_seconds',
    help: 'For how long the oldest item that is due has been; 0 when there is none.',
    figure: 'oldestSeconds',
  },
  {
    name: 'queue_dead_letters',
    help: 'Items that were given up and not retried yet.',
    figure: 'deadLetters',
  },
] as const;

/** Adds the metrics of the queue. Labels are event types and channels that this release has a handler for. */
export function createQueueMetrics(registry: MetricsRegistry): QueueMetrics {
  const registers = [registry];
  const labelNames = ['event_type', 'channel'] as const;
  const outcomes = new Counter({
    name: 'queue_outcomes_total',
    help: 'Attempts of queue items by what came of them. Without a channel an event is expanded to its readers.',
    labelNames: [...labelNames, 'outcome'] as const,
    registers,
  });
  const attempts = new Histogram({
    name: 'queue_item_attempts',
    help: 'Attempts that an item took until it was completed or became a dead letter.',
    labelNames: ['outcome'] as const,
    buckets: [1, 2, 3, 4],
    registers,
  });
  const wait = new Histogram({
    name: 'queue_wait_seconds',
    help: 'From an item being due to a handler taking it up.',
    labelNames: ['channel'] as const,
    buckets: waitBuckets,
    registers,
  });
  const handling = new Histogram({
    name: 'queue_handler_seconds',
    help: 'Time of handlers, by channel of delivery.',
    labelNames: ['channel'] as const,
    buckets: latencyBuckets,
    registers,
  });
  let read: (() => Promise<Backlog | null>) | null = null;
  for (const { figure, ...texts } of figures) {
    new Gauge({
      ...texts,
      registers,
      async collect() {
        const present = await read?.();
        // A figure that is not known is not shown: 0 would look fine.
        if (present) this.set(present[figure]);
        else this.remove();
      },
    });
  }
  return {
    watch(on) {
      read = keptFor(keptMilliseconds, () => readBacklog(on));
    },
    settled(item, outcome) {
      const known = outcome.kind === 'unknown' ? 'other' : item.eventType;
      outcomes.inc({ event_type: known, channel: channelOf(item), outcome: outcome.kind });
      const made = item.attempts + 1;
      if (outcome.kind === 'completed') attempts.observe({ outcome: 'completed' }, made);
      if (outcome.kind === 'failed' && (outcome.final || made >= queuePolicy.maxAttempts))
        attempts.observe({ outcome: 'dead_letter' }, made);
    },
    handled(item, startedAt, milliseconds) {
      const channel = channelOf(item);
      handling.observe({ channel }, milliseconds / 1_000);
      wait.observe({ channel }, Math.max(0, startedAt.getTime() - item.runAt.getTime()) / 1_000);
    },
  };
}

function channelOf({ channel }: QueueItem): string {
  return channel?.toLowerCase() ?? 'expand';
}

/** Reads again once the last answer is old; who asks meanwhile gets the same. Null when it could not be read. */
function keptFor<T>(milliseconds: number, read: () => Promise<T>): () => Promise<T | null> {
  let answer: Promise<T | null> | null = null;
  let until = 0;
  return () => {
    if (!answer || performance.now() > until) {
      answer = read().catch(() => null);
      until = performance.now() + milliseconds;
    }
    return answer;
  };
}
