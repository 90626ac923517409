import type { z } from 'zod';
import type { NotificationChannel } from '../generated/prisma/enums.js';

/** The shape of every event type's payload. What a schema gives must be JSON that it accepts again. */
export type PayloadSchemas = Readonly<Record<string, z.ZodType>>;

/** What there is to enqueue. */
export interface NewItem<EventType extends string = string, Payload = unknown> {
  readonly eventType: EventType;
  readonly payload: Payload;
  /** For whom; none for an event that the worker expands to several people. */
  readonly userId?: string | undefined;
  /** The school; may be left out when there is a user, whose school it then is. */
  readonly organizationId?: string | undefined;
  /** The channel of a delivery; none for an event that the worker expands. */
  readonly channel?: NotificationChannel | undefined;
  /** When it is due; at once by default. */
  readonly runAt?: Date | undefined;
  /** Seconds from now, by the database clock; used when there is no `runAt`. */
  readonly delaySeconds?: number | undefined;
  /** Smaller is sooner, see `priorities`; 0 by default. */
  readonly priority?: number | undefined;
  /** While an unfinished item has this key, no other is made. It is one key for all schools: put ids into it. */
  readonly dedupeKey?: string | undefined;
}

/** `NewItem` for every event type of the schemas, each with its own payload. */
export type NewItemOf<Schemas extends PayloadSchemas> = {
  [EventType in keyof Schemas & string]: NewItem<EventType, z.input<Schemas[EventType]>>;
}[keyof Schemas & string];

/** A claimed item as a handler sees it. */
export interface QueueItem<EventType extends string = string, Payload = unknown> {
  /** Stays the same over all attempts: a receiver can drop repeats by it. */
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string | null;
  readonly eventType: EventType;
  readonly channel: NotificationChannel | null;
  readonly payload: Payload;
  readonly priority: number;
  /** Failures so far. */
  readonly attempts: number;
  readonly lostLeases: number;
  readonly runAt: Date;
  readonly createdAt: Date;
  /** What it goes back to, see `readCause`; null for what no request has caused. */
  readonly cause?: string | null;
}

/** `QueueItem` for every event type of the schemas, each with its own payload. */
export type QueueItemOf<Schemas extends PayloadSchemas> = {
  [EventType in keyof Schemas & string]: QueueItem<EventType, z.output<Schemas[EventType]>>;
}[keyof Schemas & string];

/** The right to work on an item: every later write must show the token. */
export interface Lease {
  readonly item: QueueItem;
  readonly token: string;
}
