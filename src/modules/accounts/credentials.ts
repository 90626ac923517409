import { type AuditAction, recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { violates } from '../../platform/database/failures.js';
import { AppError } from '../../shared/errors.js';
import { encodeId, newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import { markEmailVerified } from './address-store.js';
import { findLinkHash, useLink } from './link-store.js';
import { addLink, type LetterQueue } from './mailed-links.js';
import type { OneTimeLinks } from './one-time-links.js';
import { requireUncommon } from './password-rules.js';
import type { Passwords } from './passwords.js';
import type { Owner, Sessions, Tokens } from './sessions.js';
import { findUser, readPasswordHash, replacePassword } from './user-store.js';

/** What credentials are made of. */
export interface CredentialOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly links: OneTimeLinks;
  readonly queue: LetterQueue;
  /** Where a request for an address without an account is filed. */
  readonly defaultOrganizationId: string;
  /** Ends what was given out to the owner of a password that is replaced, beside their sessions; in the same transaction. */
  readonly onPasswordReplaced: (tx: UnitOfWork, owner: Owner) => Promise<void>;
}

/** How people prove who they are: changing and resetting a password, and proving that an address is theirs. */
export function createCredentials(options: CredentialOptions) {
  const { database, clock, passwords, sessions, links, queue } = options;

  /** Sets the password, ends what else was given out and tells the owner by mail; their sessions are the caller's to end. */
  async function setPassword(
    tx: UnitOfWork,
    { userId, organizationId }: Owner,
    hashes: { readonly from: string | null; readonly to: string },
    action: AuditAction,
  ): Promise<void> {
    const replaced = await replacePassword(tx, organizationId, userId, hashes);
    // Another device has just changed it: what this one knew is the current password no more.
    if (!replaced) throw new AppError('INVALID_CREDENTIALS');
    await options.onPasswordReplaced(tx, { userId, organizationId });
    const payload = { changeId: newId(), at: clock.now().toISOString() };
    await queue.enqueue({ eventType: 'account.password_changed', organizationId, userId, payload }, tx);
    const actorId = action === 'password.changed' ? userId : null;
    await recordAudit(tx, { organizationId, actorId, action, subject: encodeId('user', userId) });
  }

  return {
    /**
     * Sets a new password and opens a new session; every session before it has ended, this one included.
     * Fails with INVALID_CREDENTIALS when the current one is wrong, VALIDATION_ERROR when the new one is common.
     */
    async changePassword(
      viewer: Viewer,
      current: string,
      next: string,
      userAgent: string | null,
    ): Promise<Tokens> {
      const { userId, organizationId } = viewer;
      const from = await requireHolder(viewer, current, 'input.currentPassword');
      await requireUncommon('input.newPassword', next, await findUser(database, organizationId, userId));
      // With the salt of before, which the accounts of an address share.
      const to = await passwords.hash(next, from);
      return database.transaction(async (tx) => {
        await setPassword(tx, viewer, { from, to }, 'password.changed');
        const before = await sessions.revokeAll(tx, userId);
        const tokens = await sessions.open(tx, viewer, userAgent);
        await sessions.endSockets(tx, before);
        return tokens;
      });
    },

    /** Fails with INVALID_CREDENTIALS, named at the path, unless this is the viewer's password; gives its hash. */
    requireHolder,

    /**
     * Has a one-time link mailed to the owner of the address, if there is one. What it does here is the same either
     * way, one queue item; the worker finds out whose address it is.
     */
    async requestPasswordReset(email: string): Promise<void> {
      const { defaultOrganizationId: organizationId } = options;
      const payload = { sealedAddress: links.seal(email) };
      await queue.enqueue({ eventType: 'account.password-reset', organizationId, payload });
    },

    /** Sets a new password by a mailed link and ends every session. Fails with LINK_EXPIRED, VALIDATION_ERROR. */
    async resetPassword(token: string, next: string): Promise<void> {
      const id = requireLink(links.linkOf('PASSWORD_RESET', token));
      await requireUncommon('input.newPassword', next, null);
      const before = requireLink(await findLinkHash(database, 'PASSWORD_RESET', id, clock.now()));
      const to = await passwords.hash(next, before);
      await database.transaction(async (tx) => {
        const owner = requireLink(await useLink(tx, 'PASSWORD_RESET', id, clock.now()));
        // Whoever got the mail reads the mail of this address; another account may have proved that already.
        await markEmailVerified(tx, owner.organizationId, owner.userId, clock.now());
        await setPassword(tx, owner, { from: null, to }, 'password.reset');
        await sessions.endSockets(tx, await sessions.revokeAll(tx, owner.userId));
      });
    },

    /** Has a new link mailed that proves the viewer's address; at most 5 a day. */
    async requestEmailVerification(viewer: Viewer): Promise<void> {
      await database.transaction((tx) =>
        addLink({ tx, clock, queue }, 'account.email-verification', { id: viewer.userId }),
      );
    },

    /** Takes a mailed link as the proof that the address is its owner's, whom it gives. Fails with LINK_EXPIRED. */
    async verifyEmail(token: string): Promise<Owner> {
      const id = requireLink(links.linkOf('EMAIL_VERIFICATION', token));
      const prove = async (tx: UnitOfWork) => {
        const owner = requireLink(await useLink(tx, 'EMAIL_VERIFICATION', id, clock.now()));
        const { userId, organizationId } = owner;
        const proved = await markEmailVerified(tx, organizationId, userId, clock.now());
        if (!proved) throw expiredLink();
        const subject = encodeId('user', userId);
        await recordAudit(tx, { organizationId, actorId: userId, action: 'email.verified', subject });
        return owner;
      };
      return database.transaction(prove).catch((error: unknown) => {
        // Another account has proved the address at this very moment.
        throw violates(error, 'app_user_email_key') ? expiredLink() : error;
      });
    },
  };

  async function requireHolder(viewer: Viewer, password: string, path: string): Promise<string> {
    const hash = await readPasswordHash(database, viewer.organizationId, viewer.userId);
    const matches = await passwords.find(hash === null ? [] : [hash], password);
    if (hash === null || matches < 0)
      throw new AppError('INVALID_CREDENTIALS', { [path]: [{ rule: 'OWN_PASSWORD' }] });
    return hash;
  }
}

/** Credentials, as `createCredentials` makes them. */
export type Credentials = ReturnType<typeof createCredentials>;

function requireLink<Found>(found: Found | null): Found {
  if (found === null) throw expiredLink();
  return found;
}

function expiredLink(): AppError {
  return new AppError('LINK_EXPIRED', { 'input.token': [{ rule: 'LINK_NOT_VALID' }] });
}
