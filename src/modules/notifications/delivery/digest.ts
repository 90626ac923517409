import type { Clock } from '../../../platform/clock.js';
import type { Database, UnitOfWork } from '../../../platform/database/database.js';
import type { HandlerContext } from '../../../queue/handler.js';
import type { QueueItem } from '../../../queue/item.js';
import { type HandlerOutcome, PermanentFailure } from '../../../queue/outcome.js';
import { priorities } from '../../../queue/policy.js';
import type { NotificationQueue } from '../../../queue/queue.js';
import { type Delivery, findDigest, lockSettings, nextDigest, setDigest } from '../delivery-store.js';
import type { EventTypeName } from '../event-types/registry.js';
import { textOf } from '../event-types/registry.js';
import type { OnSent } from '../expand.js';
import type { Owner } from '../store.js';
import { decide, quietUntil } from './decide.js';
import type { Dispatch } from './dispatch.js';
import type { EmailAdapter } from './email.js';
import { obsolete, typeOf, wishesOf } from './facts.js';

/** Gathers the mails of a user who wants them hourly or daily. */
export interface Digest {
  /** Puts a mail into the digest at a time, and the item out of the queue. */
  add(context: HandlerContext, delivery: Delivery, at: Date): Promise<HandlerOutcome>;
  /** The handler that sends a digest. */
  send(item: QueueItem, context: HandlerContext): Promise<HandlerOutcome>;
}

export interface DigestOptions {
  readonly database: Database;
  readonly queue: Pick<NotificationQueue, 'enqueueBatch'>;
  readonly clock: Clock;
  readonly email: EmailAdapter;
  readonly dispatch: Dispatch;
  readonly onSent: OnSent;
}

/** In one mail; more come in a second one. */
const maxInDigest = 50;

/**
 * Creates it. A notification that waits for a digest carries its time; the digest is one queue item per user and time. Both
 * change under the lock of the user's settings: nothing is put in between what a digest reads and what it takes out.
 */
export function createDigest({ database, queue, clock, email, dispatch, onSent }: DigestOptions): Digest {
  async function enqueueDigest(tx: UnitOfWork, { organizationId, userId }: Owner, runAt: Date) {
    await queue.enqueueBatch(
      [
        {
          eventType: 'notification.digest',
          channel: 'EMAIL',
          ...{ organizationId, userId, runAt },
          priority: priorities.digest,
          payload: {},
          dedupeKey: `digest:${userId}:${runAt.toISOString()}`,
        },
      ],
      tx,
    );
  }

  /** What is to be in the digest, and what has become pointless or unwanted meanwhile. */
  async function sift(waiting: readonly Delivery[], now: Date) {
    const told: Delivery[] = [];
    const dropped: Delivery[] = [];
    for (const delivery of waiting) {
      const { critical, timely } = typeOf(delivery.type);
      const read = delivery.shown && delivery.readAt !== null;
      const decision = decide(
        { type: delivery.type, channel: 'EMAIL', critical, timely, read },
        wishesOf(delivery),
        now,
      );
      const pointless =
        !delivery.holdsAddress ||
        decision.kind === 'skip' ||
        (await obsolete(database, delivery, now)) !== null;
      (pointless ? dropped : told).push(delivery);
    }
    return { told, dropped };
  }

  /** Takes out what was looked at, and sees to what has come meanwhile; `finish` settles the item. */
  async function close(
    owner: Owner,
    waiting: readonly Delivery[],
    dropped: readonly Delivery[],
    finish: (tx: UnitOfWork) => Promise<void>,
  ): Promise<void> {
    await database.transaction(async (tx) => {
      await lockSettings(tx, owner);
      const ids = waiting.map(({ notificationId }) => notificationId);
      await setDigest(tx, owner.organizationId, ids, null);
      // As mails of their own they are skipped with their reason.
      await queue.enqueueBatch(
        dropped.map(({ notificationId, type }) => ({
          eventType: type as EventTypeName,
          channel: 'EMAIL',
          ...owner,
          payload: { notificationId },
          dedupeKey: `EMAIL:${notificationId}`,
        })),
        tx,
      );
      await finish(tx);
      const next = await nextDigest(tx, owner);
      if (next) await enqueueDigest(tx, owner, next);
    });
  }

  return {
    async add(context, { userId, organizationId, notificationId }, at) {
      const reason = `It goes into the digest of ${at.toISOString()}.`;
      await database.transaction(async (tx) => {
        await lockSettings(tx, { organizationId, userId });
        await setDigest(tx, organizationId, [notificationId], at);
        await enqueueDigest(tx, { organizationId, userId }, at);
        await context.skip(tx, reason);
      });
      return { kind: 'skipped', reason };
    },

    async send(item, context) {
      const { organizationId, userId } = item;
      if (!userId) throw new PermanentFailure('The digest names no user.');
      const owner = { organizationId, userId };
      const now = clock.now();
      const waiting = await findDigest(database, owner, now, maxInDigest);
      const [first] = waiting;
      const until = first && quietUntil(wishesOf(first), now);
      if (until) return { kind: 'deferred', until };
      const { told, dropped } = await sift(waiting, now);
      if (!first || told.length === 0) {
        const reason = 'Nothing is left that the digest could tell.';
        await close(owner, waiting, dropped, (tx) => context.skip(tx, reason));
        return { kind: 'skipped', reason };
      }
      const entries = told.map((delivery) => textOf(delivery.type, delivery.data, delivery));
      const outcome = await dispatch(
        item,
        email.digest(item.id, first, entries),
        email.outages,
        context.signal,
      );
      if (outcome.kind !== 'completed') return outcome;
      onSent('EMAIL');
      await close(owner, waiting, dropped, (tx) => context.complete(tx));
      return outcome;
    },
  };
}
