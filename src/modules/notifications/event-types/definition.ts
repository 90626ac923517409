import { z } from 'zod';
import type { Queryable } from '../../../platform/database/database.js';
import { PermanentFailure } from '../../../queue/outcome.js';
import type { Formats, Language } from '../language.js';

/** What happened, as a queue item says it. */
export interface Cause<Payload = unknown> {
  readonly organizationId: string;
  /** For whom; null when the event type finds that out itself. */
  readonly userId: string | null;
  readonly payload: Payload;
}

/** Whom an event tells of what, or why it tells nobody. */
export type Expansion<Data = unknown> =
  | {
      readonly kind: 'tell';
      /** The same cause has the same key, whoever enqueues it how often: a user has one notification of a key. */
      readonly sourceKey: string;
      /** Whether a later cause with this key renews a notification that exists; `data.sequence` says which is later. */
      readonly renews?: boolean;
      /** TypeID of what it is about. */
      readonly subject: string;
      readonly recipients: readonly { readonly userId: string; readonly data: Data }[];
    }
  | { readonly kind: 'nobody'; readonly reason: string };

/** A notification that is about to be sent on a channel. */
export interface Told<Data = unknown> {
  readonly organizationId: string;
  readonly userId: string;
  /** The UUID of what it is about. */
  readonly subjectId: string;
  readonly readAt: Date | null;
  readonly data: Data;
  readonly now: Date;
}

/** What people read; both on one line. */
export interface Text {
  readonly title: string;
  readonly body: string;
}

interface Definition<Payload extends z.ZodType, Data extends z.ZodType> {
  /** Its users cannot turn it off, and neither quiet hours nor digests hold it back. */
  readonly critical?: boolean;
  /** A matter of its user alone: no webhook tells the school of it. */
  readonly confidential?: boolean;
  /** Of no use an hour later, such as a reminder: no digest gathers it. Quiet hours hold it back all the same. */
  readonly timely?: boolean;
  readonly payload: Payload;
  /** The facts at the time, kept in the row. Rows outlive releases: only ever add optional ones. */
  readonly data: Data;
  readonly expand: (on: Queryable, cause: Cause<z.output<Payload>>) => Promise<Expansion<z.output<Data>>>;
  /** Why it must no longer be sent; null when it may be. */
  readonly obsolete: (on: Queryable, told: Told<z.output<Data>>) => Promise<string | null>;
  readonly text: Readonly<Record<Language, (data: z.output<Data>, formats: Formats) => Text>>;
}

/** The payload of a delivery: the notification that a channel is to send, and by which of its adapters where. */
export const deliveryPayload = z.object({
  notificationId: z.guid(),
  adapter: z.string().optional(),
  targetId: z.guid().optional(),
});

/** The payload of a digest: the item's user says it all. */
export const digestPayload = z.object({});

/**
 * An event type: what its queue items hold, whom they tell, whether that still holds when it is sent, and how it reads.
 * A delivery on a channel has the type of its event, so the schema takes both payloads.
 */
export function eventType<Payload extends z.ZodType, Data extends z.ZodType>(
  definition: Definition<Payload, Data>,
) {
  const { payload, data, expand, obsolete, text } = definition;
  const { critical = false, confidential = false, timely = false } = definition;
  return {
    critical,
    confidential,
    timely,
    schema: z.union([payload, deliveryPayload]),
    expand: (on: Queryable, cause: Cause): Promise<Expansion> => {
      const result = payload.safeParse(cause.payload);
      if (!result.success) throw new PermanentFailure('It is a delivery without a channel.');
      return expand(on, { ...cause, payload: result.data });
    },
    obsolete: (on: Queryable, told: Told) => obsolete(on, { ...told, data: data.parse(told.data) }),
    /** Null when the facts are not those of this release. */
    text: (facts: unknown, language: Language, formats: Formats): Text | null => {
      const result = data.safeParse(facts);
      return result.success ? text[language](result.data, formats) : null;
    },
  };
}

/** An event type whatever its payload. */
export type EventType = Omit<ReturnType<typeof eventType>, 'schema'> & { readonly schema: z.ZodType };

/** The user of an event that is for one; its item is wrong otherwise. */
export function userOf({ userId }: Cause): string {
  if (userId === null) throw new PermanentFailure('The event names no user.');
  return userId;
}
