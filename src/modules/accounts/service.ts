import type { Plan } from '../../generated/prisma/enums.js';
import type { Caller } from '../../graphql/context.js';
import { type AuditAction, recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, Queryable, UnitOfWork } from '../../platform/database/database.js';
import { violates } from '../../platform/database/failures.js';
import { AppError } from '../../shared/errors.js';
import { encodeId, newId } from '../../shared/ids.js';
import { type Connection, mapConnection, type Page, toConnection } from '../../shared/pagination.js';
import type { Role, Viewer } from '../../shared/viewer.js';
import type { Attempts } from './attempts.js';
import { type AuditEntry, listAuditEntries } from './audit-store.js';
import type { Credentials } from './credentials.js';
import { evenly } from './even-answers.js';
import { addLink, type LetterQueue } from './mailed-links.js';
import { requireUncommon } from './password-rules.js';
import type { Passwords } from './passwords.js';
import { canListSchool, canReadAudit, canSeeUser, canSetPlan } from './policy.js';
import type { Sessions, Tokens } from './sessions.js';
import { createTurns } from './turns.js';
import {
  findByEmail,
  findOrganizations,
  findStudentId,
  findUser,
  findUsersAsSeen,
  insertUser,
  listUsers,
  lockUsers,
  type ProfileChanges,
  updatePlan,
  updateUser,
} from './user-store.js';
import { type OrganizationView, ownView, type UserView, viewOf } from './views.js';

/** The organization that comes with the first migration; sign-up goes there. */
export const defaultOrganizationId = '01900000-0000-7000-8000-000000000001';
const schoolTimeZone = 'Europe/Kyiv';
const schoolLocale = 'uk';
/**
 * A sign-up takes a whole multiple of this, so that its time does not tell how far it came: several times what it
 * takes by itself, or a busy machine would show the difference at the edge.
 */
const signUpMs = 500;
/** Sign-ins that are worked on: while one waits for the database, another is hashed. */
const signInsAtOnce = 3;

/** What an account service is made of. */
export interface AccountServiceOptions {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  readonly attempts: Attempts;
  readonly clock: Clock;
  readonly queue: LetterQueue;
}

/** A new person; texts are checked, the address is in lower case. */
export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly role: 'TUTOR' | 'STUDENT';
  /** IANA name; null for the school's. */
  readonly timeZone: string | null;
  /** BCP 47; null for the school's. */
  readonly locale: string | null;
}

/** A user who has just signed in, with the tokens to go on with. */
export interface SignedIn extends Tokens {
  readonly user: UserView;
}

/** What a list of users may be narrowed to. */
export interface UserSearch {
  readonly role: Role | null;
  /** Part of a name; for admins also of an address. */
  readonly text: string | null;
}

/** Accounts: people of a school, how they sign in, and who sees whom. */
export function createAccountService(options: AccountServiceOptions) {
  const { database, passwords, sessions, credentials, attempts, clock, queue } = options;
  // As a whole, not the hashing alone: a rush would otherwise take every connection of the pool to look people up.
  const signInTurns = createTurns({ concurrency: signInsAtOnce, maxWaiting: 100 });

  async function openFor(email: string, password: string, userAgent: string | null): Promise<SignedIn> {
    const row = await findByEmail(database, email);
    const matches = await passwords.matches(row?.passwordHash ?? null, password);
    if (!row || !matches) {
      // The same statement for an unknown address, so that both answers take the same time.
      const subject = row ? encodeId('user', row.id) : null;
      const organizationId = row?.organizationId ?? defaultOrganizationId;
      await recordAudit(database, { organizationId, actorId: null, action: 'sign-in.failed', subject });
      throw new AppError('INVALID_CREDENTIALS');
    }
    const owner = { userId: row.id, organizationId: row.organizationId };
    const tokens = await database.transaction((tx) => sessions.open(tx, owner, userAgent));
    return { ...tokens, user: ownView(row) };
  }

  return {
    /** Whom an access token speaks for. Fails with UNAUTHENTICATED or SESSION_EXPIRED. */
    authenticate: sessions.authenticate,

    /** Adds a tutor or a student to the default organization and signs them in. Fails with EMAIL_TAKEN, VALIDATION_ERROR, RATE_LIMITED. */
    async signUp({ password, ...person }: SignUp, caller: Caller): Promise<SignedIn> {
      await attempts.signUp(caller);
      const { userAgent } = caller;
      const user = {
        ...person,
        id: newId(),
        organizationId: defaultOrganizationId,
        timeZone: person.timeZone ?? schoolTimeZone,
        locale: person.locale ?? schoolLocale,
      };
      await requireUncommon('input.password', password, person);
      const join = async (tx: UnitOfWork, passwordHash: string) => {
        await insertUser(tx, { ...user, passwordHash });
        await addLink({ tx, clock, queue }, 'account.email-verification', user);
        const { id: userId, organizationId } = user;
        const subject = encodeId('user', userId);
        await recordAudit(tx, { organizationId, actorId: userId, action: 'account.created', subject });
        const tokens = await sessions.open(tx, { userId, organizationId }, userAgent);
        return { ...tokens, user: await readOwn(tx, user.organizationId, user.id) };
      };
      return evenly(signUpMs, async () => {
        const passwordHash = await passwords.hash(password);
        return database
          .transaction((tx) => join(tx, passwordHash))
          .catch((error: unknown) => {
            if (!violates(error, 'app_user_email_key')) throw error;
            // Without its cause, which quotes the address and might be logged.
            throw new AppError('EMAIL_TAKEN', { 'input.email': [{ rule: 'HAS_ACCOUNT' }] });
          });
      });
    },

    /** Opens a session. Fails with INVALID_CREDENTIALS, which tells nothing about whether the address is known, and RATE_LIMITED. */
    async signIn(email: string, password: string, caller: Caller): Promise<SignedIn> {
      return signInTurns(() =>
        attempts.signIn(caller, email, () => openFor(email, password, caller.userAgent)),
      );
    },

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

    /** The student of a school with this address (in lower case), or null. */
    studentIdByEmail: (on: Queryable, organizationId: string, email: string) =>
      findStudentId(on, organizationId, email),

    /** Locks people until the transaction ends, in id order: the first lock of whatever changes what they share. Gives those that exist. */
    lockPeople: (tx: UnitOfWork, organizationId: string, userIds: readonly string[]) =>
      lockUsers(tx, organizationId, userIds),
  };
}

/** Accounts, as `createAccountService` makes them. */
export type AccountService = ReturnType<typeof createAccountService>;

async function readOwn(on: Queryable, organizationId: string, userId: string): Promise<UserView> {
  const row = await findUser(on, organizationId, userId);
  // It was there a moment ago, so it has been deleted meanwhile.
  if (!row) throw new AppError('SESSION_EXPIRED');
  return ownView(row);
}
