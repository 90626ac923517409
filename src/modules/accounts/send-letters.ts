import { recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database } from '../../platform/database/database.js';
import { type Mail, type Mailer, MailRejected } from '../../platform/mail/mailer.js';
import type { HandlerContext, QueueHandler } from '../../queue/handler.js';
import type { QueueItem } from '../../queue/item.js';
import { type HandlerOutcome, PermanentFailure } from '../../queue/outcome.js';
import { encodeId } from '../../shared/ids.js';
import { findHolder } from './address-store.js';
import { findInvitation } from './invitation-store.js';
import { type AccountLetter, accountLetterSchemas, linkLetters, wordsOf } from './letters.js';
import { type Addressee, findAddressee, isUsable } from './link-store.js';
import { addLink, type LetterQueue } from './mailed-links.js';
import type { OneTimeLinks } from './one-time-links.js';

/** What the sending of letters is made of. */
export interface LetterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly queue: LetterQueue;
  readonly mailer: Mailer;
  readonly links: OneTimeLinks;
  /** Where the client application is; null: a letter holds the code alone. */
  readonly appUrl: string | null;
  /** The parts of a mail, as every mail of the system has them. */
  readonly mailOf: (
    words: { title: string; body: string },
    to: Addressee,
  ) => Pick<Mail, 'subject' | 'text' | 'html'>;
}

/** The handlers of letters to the owners of accounts, for the queue's worker. */
export function createLetterHandlers(options: LetterOptions) {
  const { database, clock, queue, mailer, links, appUrl, mailOf } = options;

  /** Known and unknown addresses come here alike, so that who asks sees no difference. */
  async function requested(item: QueueItem, context: HandlerContext): Promise<HandlerOutcome> {
    const { sealedAddress } = payloadOf(item);
    const email = sealedAddress === undefined ? null : links.open(sealedAddress);
    return database.transaction(async (tx) => {
      const user = email === null ? null : await findHolder(tx, email);
      const added = user && (await addLink({ tx, clock, queue }, 'account.password-reset', user));
      if (!user || !added) {
        const reason = user ? 'They have enough links that work.' : 'There is nobody to write to.';
        await context.skip(tx, reason);
        return { kind: 'skipped', reason };
      }
      await recordAudit(tx, {
        organizationId: user.organizationId,
        actorId: null,
        action: 'password.reset-requested',
        subject: encodeId('user', user.id),
      });
      await context.complete(tx);
      return { kind: 'completed' };
    });
  }

  function whereOf(letter: AccountLetter, linkId: string): string {
    const { kind, path } = linkLetters[letter];
    const token = links.tokenOf(kind, linkId);
    // Behind #: what follows is sent to no server, so it is in no log and in no Referer.
    return appUrl ? `${appUrl.replace(/\/$/, '')}/${path}#token=${token}` : token;
  }

  async function send(item: QueueItem, { signal }: HandlerContext): Promise<HandlerOutcome> {
    const { organizationId, userId } = item;
    const letter = item.eventType as AccountLetter;
    const to = userId ? await findAddressee(database, organizationId, userId) : null;
    if (!to || !userId) return { kind: 'skipped', reason: 'There is nobody to write to.' };
    const { linkId = '' } = payloadOf(item);
    if (!(await isUsable(database, userId, linkId, clock.now())))
      return { kind: 'skipped', reason: 'The link was used or has expired.' };
    // Whoever has proved the address is told, and given nothing that would give it to the other account.
    const words = to.provedByAnother
      ? wordsOf('account.address-in-use', '', to)
      : wordsOf(letter, whereOf(letter, linkId), to);
    return post(item, words, to, signal);
  }

  /** To somebody who may have no account, so that no row says who they are. */
  async function invite(item: QueueItem, { signal }: HandlerContext): Promise<HandlerOutcome> {
    const { invitationId = '' } = payloadOf(item);
    const invitation = await findInvitation(database, invitationId, clock.now());
    const email = invitation && links.open(invitation.sealedAddress);
    const inviter = invitation && (await findAddressee(database, item.organizationId, invitation.inviterId));
    if (!invitation || !email || !inviter)
      return { kind: 'skipped', reason: 'The invitation was used or revoked, or has expired.' };
    const holder = await findHolder(database, email);
    if (holder?.emailVerifiedAt) return { kind: 'skipped', reason: 'The address has an account already.' };
    const to = { ...inviter, email, displayName: null };
    const words = wordsOf('account.invitation', whereOf('account.invitation', invitation.id), to);
    return post(item, words, to, signal);
  }

  async function post(
    item: QueueItem,
    words: { title: string; body: string },
    to: Addressee,
    signal: AbortSignal,
  ): Promise<HandlerOutcome> {
    try {
      await mailer.send({ to: to.email, ...mailOf(words, to), messageId: item.id }, signal);
    } catch (error) {
      // Without its text, which quotes the address.
      if (error instanceof MailRejected) throw new PermanentFailure('The address was refused.');
      throw error;
    }
    return { kind: 'completed' };
  }

  return {
    'account.password-reset': requested,
    'account.password-reset:EMAIL': send,
    'account.email-verification:EMAIL': send,
    'account.invitation:EMAIL': invite,
  } satisfies Record<string, QueueHandler>;
}

interface LetterPayload {
  readonly sealedAddress?: string;
  readonly linkId?: string;
  readonly invitationId?: string;
}

function payloadOf(item: QueueItem): LetterPayload {
  return accountLetterSchemas[item.eventType as AccountLetter].parse(item.payload);
}
