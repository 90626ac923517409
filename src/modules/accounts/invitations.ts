import { recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { AppError, invalid } from '../../shared/errors.js';
import { encodeId, newId } from '../../shared/ids.js';
import { type Connection, mapConnection, type Page, toConnection } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import {
  findInvitation,
  findInvitations,
  type Invitation,
  insertInvitation,
  listInvitations,
  removeInvitation,
} from './invitation-store.js';
import { lockOwner } from './link-store.js';
import type { LetterQueue } from './mailed-links.js';
import type { OneTimeLinks } from './one-time-links.js';
import {
  canInviteAs,
  canListInvitationsOfAll,
  canRevokeAnyInvitation,
  canSeeInvitation,
  type InvitedRole,
} from './policy.js';

const dayMs = 86_400_000;
const lifetimeMs = 7 * dayMs;
/** Mails to strangers that somebody may have sent in a day. Their own allowance, so that nobody uses up another's. */
const perDay = 50;

/** An invitation as who may see it does. */
export interface InvitationView extends Omit<Invitation, 'sealedAddress'> {
  /** Null when it was sealed with a secret that is no longer known. */
  readonly email: string | null;
}

/** What invitations are made of. */
export interface InvitationOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly queue: LetterQueue;
  readonly links: OneTimeLinks;
}

/**
 * Invitations into a school by a mailed one-time link: by admins in any role, by tutors as a student of theirs. What
 * they answer does not depend on whether the address has an account.
 */
export function createInvitations({ database, clock, queue, links }: InvitationOptions) {
  const viewOf = ({ sealedAddress, ...invitation }: Invitation): InvitationView => ({
    ...invitation,
    email: links.open(sealedAddress),
  });

  return {
    /** Has a link of 7 days mailed. Fails with FORBIDDEN, and RATE_LIMITED after 50 in a day. */
    async create(viewer: Viewer, email: string, role: InvitedRole): Promise<InvitationView> {
      if (!canInviteAs(viewer, role)) throw new AppError('FORBIDDEN');
      const { organizationId, userId: inviterId } = viewer;
      const now = clock.now();
      const invitation: Invitation = {
        id: newId(),
        organizationId,
        inviterId,
        role,
        sealedAddress: links.seal(email),
        createdAt: now,
        expiresAt: new Date(now.getTime() + lifetimeMs),
      };
      return database.transaction(async (tx) => {
        // One after another, or several would be counted before any of them is there.
        await lockOwner(tx, inviterId);
        const made = await insertInvitation(tx, invitation, perDay, new Date(now.getTime() - dayMs));
        if (!made) throw new AppError('RATE_LIMITED');
        const payload = { invitationId: made.id };
        await queue.enqueue(
          { eventType: 'account.invitation', channel: 'EMAIL', organizationId, payload },
          tx,
        );
        const subject = encodeId('invitation', made.id);
        const entry = { organizationId, actorId: inviterId, subject, detail: { role } };
        await recordAudit(tx, { ...entry, action: 'invitation.created' });
        return viewOf(made);
      });
    },

    /** Living invitations in the order of `ids`; INVITATION_NOT_FOUND in the place of one that the viewer may not see. */
    async byIds(viewer: Viewer, ids: readonly string[]): Promise<(InvitationView | AppError)[]> {
      const rows = await findInvitations(database, viewer.organizationId, ids, clock.now());
      const visible = rows.filter((row) => canSeeInvitation(viewer, row));
      const byId = new Map(visible.map((row) => [row.id, viewOf(row)]));
      return ids.map((id) => byId.get(id) ?? new AppError('INVITATION_NOT_FOUND'));
    },

    /** The living invitations that the viewer may see, the newest first. */
    async list(viewer: Viewer, page: Page): Promise<Connection<InvitationView>> {
      const { organizationId, userId } = viewer;
      const by = canListInvitationsOfAll(viewer) ? null : userId;
      const rows = await listInvitations(database, organizationId, by, clock.now(), page);
      const connection = toConnection(rows, page, (row) => [row.createdAt.toISOString(), row.id]);
      return mapConnection(connection, viewOf);
    },

    /** Ends an invitation: one's own, and for admins any of the school. Fails with INVITATION_NOT_FOUND. */
    async revoke(viewer: Viewer, id: string): Promise<void> {
      const { organizationId, userId } = viewer;
      const by = canRevokeAnyInvitation(viewer) ? null : userId;
      await database.transaction(async (tx) => {
        const found = await removeInvitation(tx, organizationId, id, by, clock.now());
        if (!found) throw new AppError('INVITATION_NOT_FOUND');
        const subject = encodeId('invitation', id);
        await recordAudit(tx, { organizationId, actorId: userId, action: 'invitation.revoked', subject });
      });
    },

    /** The living invitation of a link to this address. Fails with LINK_EXPIRED, VALIDATION_ERROR. */
    async find(token: string, email: string): Promise<Invitation> {
      const id = links.linkOf('INVITATION', token);
      const invitation = id && (await findInvitation(database, id, clock.now()));
      if (!invitation) throw expired();
      if (links.open(invitation.sealedAddress) !== email)
        throw invalid('input.email', { rule: 'INVITED_ADDRESS' });
      return invitation;
    },

    /** Uses an invitation up, within the sign-up. Fails with LINK_EXPIRED when another sign-up was faster. */
    async use(tx: UnitOfWork, { organizationId, id }: Invitation): Promise<void> {
      if (!(await removeInvitation(tx, organizationId, id, null, clock.now()))) throw expired();
    },
  };
}

/** Invitations, as `createInvitations` makes them. */
export type Invitations = ReturnType<typeof createInvitations>;

function expired(): AppError {
  return new AppError('LINK_EXPIRED', { 'input.invitationToken': [{ rule: 'LINK_NOT_VALID' }] });
}
