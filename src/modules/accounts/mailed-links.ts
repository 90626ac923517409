import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { newId } from '../../shared/ids.js';
import { linkLetters } from './letters.js';
import { insertLink, lockOwner } from './link-store.js';

/** The part of the notification queue that letters need. */
export interface LetterQueue {
  enqueue(item: LetterItem, tx?: UnitOfWork): Promise<string>;
}

type LetterItem =
  | {
      readonly eventType: 'account.password-reset';
      readonly organizationId: string;
      readonly payload: { readonly sealedAddress: string };
    }
  | {
      readonly eventType: 'account.password-reset' | 'account.email-verification';
      readonly channel: 'EMAIL';
      readonly userId: string;
      readonly payload: { readonly linkId: string };
    }
  | {
      readonly eventType: 'account.password_changed';
      readonly organizationId: string;
      readonly userId: string;
      readonly payload: { readonly changeId: string; readonly at: string };
    }
  | {
      readonly eventType: 'account.invitation';
      readonly channel: 'EMAIL';
      readonly organizationId: string;
      readonly payload: { readonly invitationId: string };
    };

const minuteMs = 60_000;
const lifetimes = {
  'account.password-reset': 30 * minuteMs,
  'account.email-verification': 24 * 60 * minuteMs,
};
/**
 * Strangers may ask for letters to anybody's address, and sign up with it: it gets no more than so many in the lifetime
 * of a link, so that its owner has one that works and no heap of them.
 */
const atMost = { 'account.password-reset': 3, 'account.email-verification': 5 };

/** What a link is added with. */
interface Means {
  readonly tx: UnitOfWork;
  readonly clock: Clock;
  readonly queue: LetterQueue;
}

/** Adds a one-time link and the letter that carries it to the owner; false when they have enough that work. */
export async function addLink(
  { tx, clock, queue }: Means,
  letter: keyof typeof lifetimes,
  owner: { readonly id: string },
): Promise<boolean> {
  const now = clock.now();
  const { kind } = linkLetters[letter];
  const link = {
    id: newId(),
    userId: owner.id,
    kind,
    now,
    expiresAt: new Date(now.getTime() + lifetimes[letter]),
  };
  // One after another for an owner, or several would be counted before any of them is there.
  await lockOwner(tx, owner.id);
  const added = await insertLink(tx, link, atMost[letter], new Date(now.getTime() - lifetimes[letter]));
  if (!added) return false;
  await queue.enqueue(
    { eventType: letter, channel: 'EMAIL', userId: owner.id, payload: { linkId: link.id } },
    tx,
  );
  return true;
}
