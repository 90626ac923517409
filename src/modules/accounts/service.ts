import type { Plan } from '../../generated/prisma/enums.js';
import type { Caller } from '../../graphql/context.js';
import { type AuditAction, recordAudit } from '../../platform/audit/record.js';
import type { Database, Queryable, UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { encodeId } from '../../shared/ids.js';
import { type Connection, mapConnection, type Page, toConnection } from '../../shared/pagination.js';
import type { Role, Viewer } from '../../shared/viewer.js';
import { findHolder, findOthersOfAddress, findUnproven } from './address-store.js';
import type { Attempts } from './attempts.js';
import { type AuditEntry, listAuditEntries } from './audit-store.js';
import type { Credentials } from './credentials.js';
import type { Device } from './devices.js';
import type { Invitations } from './invitations.js';
import type { Passwords } from './passwords.js';
import { canListSchool, canReadAudit, canSeeUser, canSetPlan } from './policy.js';
import type { Sessions } from './sessions.js';
import type { SignedIn } from './sign-in.js';
import type { SignUp } from './sign-up.js';
import {
  findOrganizations,
  findUser,
  findUsersAsSeen,
  listUsers,
  lockUsers,
  type ProfileChanges,
  updatePlan,
  updateUser,
} from './user-store.js';
import { type OrganizationView, readOwn, type UserView, viewOf } from './views.js';

/** The organization that comes with the first migration; sign-up goes there. */
export const defaultOrganizationId = '01900000-0000-7000-8000-000000000001';

/** What an account service is made of. */
export interface AccountServiceOptions {
  readonly database: Database;
  readonly passwords: Pick<Passwords, 'stop'>;
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  readonly invitations: Invitations;
  readonly attempts: Attempts;
  readonly signIn: (email: string, password: string, caller: Caller) => Promise<SignedIn>;
  readonly signUp: (person: SignUp, device: Device) => Promise<SignedIn>;
}

/** What a list of users may be narrowed to. */
export interface UserSearch {
  readonly role: Role | null;
  /** Part of a name; for admins also of an address. */
  readonly text: string | null;
}

/** Accounts: people of a school, how they sign in, and who sees whom. */
export function createAccountService(options: AccountServiceOptions) {
  const { database, sessions, credentials, invitations, attempts } = options;

  return {
    /** Ends what runs beside the requests. */
    stop: options.passwords.stop,

    /** Whom an access token speaks for. Fails with UNAUTHENTICATED or SESSION_EXPIRED. */
    authenticate: sessions.authenticate,

    /** Adds somebody to a school and signs them in. Fails with VALIDATION_ERROR, RATE_LIMITED, with an invitation LINK_EXPIRED and EMAIL_TAKEN. */
    async signUp(person: SignUp, caller: Caller): Promise<SignedIn> {
      await attempts.signUp(caller);
      return options.signUp(person, caller);
    },

    /** Opens a session. Fails with INVALID_CREDENTIALS, which tells nothing about whether the address is known, and RATE_LIMITED. */
    signIn: options.signIn,

    /** Has somebody invited into the school by mail. Fails with FORBIDDEN, RATE_LIMITED. */
    createInvitation: invitations.create,

    /** Invitations in the order of `ids`; INVITATION_NOT_FOUND in the place of one that the viewer may not see. */
    invitationsByIds: invitations.byIds,

    /** The open invitations of the viewer, and for admins of the school, the newest first. */
    invitations: invitations.list,

    /** Ends an invitation. Fails with INVITATION_NOT_FOUND. */
    revokeInvitation: invitations.revoke,

    /** Exchanges a refresh token, which can be used once. Fails with SESSION_EXPIRED. */
    async refreshSession(refreshToken: string, userAgent: string | null): Promise<SignedIn> {
      const { tokens, organizationId, userId } = await sessions.refresh(refreshToken, userAgent);
      return { ...tokens, user: await readOwn(database, organizationId, userId) };
    },

    /** Sets a new password, ends all sessions and opens a new one. Fails with INVALID_CREDENTIALS, VALIDATION_ERROR. */
    async changePassword(
      viewer: Viewer,
      change: { readonly currentPassword: string; readonly newPassword: string },
      userAgent: string | null,
    ): Promise<SignedIn> {
      const { currentPassword, newPassword } = change;
      const tokens = await attempts.holder(viewer.userId, () =>
        credentials.changePassword(viewer, currentPassword, newPassword, userAgent),
      );
      return { ...tokens, user: await readOwn(database, viewer.organizationId, viewer.userId) };
    },

    /** Has a one-time link mailed to the owner of the address, if there is one. Fails with RATE_LIMITED. */
    async requestPasswordReset(email: string, caller: Caller): Promise<void> {
      await attempts.resetRequest(caller, email);
      await credentials.requestPasswordReset(email);
    },

    /** Sets a new password by a mailed link. Fails with LINK_EXPIRED, VALIDATION_ERROR, RATE_LIMITED. */
    resetPassword: (token: string, next: string, caller: Caller): Promise<void> =>
      attempts.byLink(caller, () => credentials.resetPassword(token, next)),

    requestEmailVerification: credentials.requestEmailVerification,

    /** Takes a mailed link as a proof and gives its owner. Fails with LINK_EXPIRED. */
    async verifyEmail(token: string): Promise<UserView> {
      const { organizationId, userId } = await credentials.verifyEmail(token);
      return readOwn(database, organizationId, userId);
    },

    /** Sets the plan of a person of the school. Fails with FORBIDDEN to all but admins, and USER_NOT_FOUND. */
    async setPlan(viewer: Viewer, userId: string, plan: Plan): Promise<UserView> {
      if (!canSetPlan(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId } = viewer;
      return database.transaction(async (tx) => {
        const found = await updatePlan(tx, organizationId, userId, plan);
        const row = found ? await findUser(tx, organizationId, userId) : null;
        if (!row) throw new AppError('USER_NOT_FOUND', { 'input.userId': [{ rule: 'USER_ID' }] });
        const subject = encodeId('user', userId);
        await recordAudit(tx, {
          organizationId,
          actorId: viewer.userId,
          action: 'plan.changed',
          subject,
          detail: { plan },
        });
        return viewOf(viewer, row);
      });
    },

    /** Fails with INVALID_CREDENTIALS, named at the path, unless this is the viewer's password. */
    async requireHolder(viewer: Viewer, password: string, path: string): Promise<void> {
      await attempts.holder(viewer.userId, () => credentials.requireHolder(viewer, password, path));
    },

    /** Ends every session of a user; pass what it gives to `endSockets`, the last thing in the same transaction. */
    revokeSessions: sessions.revokeAll,
    endSockets: sessions.endSockets,

    /** Ends the session of this request. */
    signOut: (viewer: Viewer) => sessions.end(viewer, viewer.sessionId),

    /** Ends one of the viewer's sessions. Fails with SESSION_NOT_FOUND. */
    revokeSession: (viewer: Viewer, sessionId: string) => sessions.end(viewer, sessionId),

    /** The viewer's living sessions, the last used first. */
    sessions: (viewer: Viewer) => sessions.list(viewer),

    /** Some of the viewer's sessions; SESSION_NOT_FOUND in the place of any other. */
    sessionsByIds: (viewer: Viewer, ids: readonly string[]) => sessions.byIds(viewer, ids),

    /** Changes what is given of the viewer's own profile. */
    async updateProfile(viewer: Viewer, changes: ProfileChanges): Promise<UserView> {
      await updateUser(database, viewer.organizationId, viewer.userId, changes);
      return readOwn(database, viewer.organizationId, viewer.userId);
    },

    /** Users in the order of `ids`, in one statement; USER_NOT_FOUND in the place of one whom the viewer may not see. */
    async usersByIds(viewer: Viewer, ids: readonly string[]): Promise<(UserView | AppError)[]> {
      const rows = await findUsersAsSeen(database, viewer.organizationId, viewer.userId, ids);
      const visible = rows.filter((row) => canSeeUser(viewer, row));
      const byId = new Map(visible.map((row) => [row.id, viewOf(viewer, row)]));
      return ids.map((id) => byId.get(id) ?? new AppError('USER_NOT_FOUND'));
    },

    /** By name: for admins the school's users, for others those who are invited by or related to them now. */
    async users(viewer: Viewer, search: UserSearch, page: Page): Promise<Connection<UserView>> {
      const relatedTo = canListSchool(viewer) ? null : viewer.userId;
      const rows = await listUsers(database, viewer.organizationId, { ...search, relatedTo }, page);
      const connection = toConnection(rows, page, (row) => [row.displayName, row.id]);
      return mapConnection(connection, (row) => viewOf(viewer, row));
    },

    /** Organizations in the order of `ids`; NOT_FOUND in the place of any but the viewer's own. */
    async organizationsByIds(
      viewer: Viewer,
      ids: readonly string[],
    ): Promise<(OrganizationView | AppError)[]> {
      const rows = await findOrganizations(database, viewer.organizationId, ids);
      return ids.map((id) => rows.find((row) => row.id === id) ?? new AppError('NOT_FOUND'));
    },

    /** The school's audit log, the newest first. Fails with FORBIDDEN to all but admins. */
    async auditLog(viewer: Viewer, action: AuditAction | null, page: Page): Promise<Connection<AuditEntry>> {
      if (!canReadAudit(viewer)) throw new AppError('FORBIDDEN');
      const rows = await listAuditEntries(database, viewer.organizationId, action, page);
      return toConnection(rows, page, ({ sequence }) => [String(sequence)]);
    },

    /** The account that an address (in lower case) belongs to, when it is a student's of this school; else null. */
    async studentIdByEmail(on: Queryable, organizationId: string, email: string): Promise<string | null> {
      const holder = await findHolder(on, email);
      return holder?.organizationId === organizationId && holder.role === 'STUDENT' ? holder.id : null;
    },

    /** Other accounts that name the address which this one has proved. */
    othersOfAddress: findOthersOfAddress,
    /** Accounts that never proved their address and that nobody has to do with. */
    unproven: findUnproven,

    /** Locks people until the transaction ends, in id order: the first lock of whatever changes what they share. Gives those that exist. */
    lockPeople: (tx: UnitOfWork, organizationId: string, userIds: readonly string[]) =>
      lockUsers(tx, organizationId, userIds),
  };
}

/** Accounts, as `createAccountService` makes them. */
export type AccountService = ReturnType<typeof createAccountService>;
