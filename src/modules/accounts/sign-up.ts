import { type AuditRecord, recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { violates } from '../../platform/database/failures.js';
import { AppError } from '../../shared/errors.js';
import { encodeId, newId } from '../../shared/ids.js';
import { findHashAt, markEmailVerified } from './address-store.js';
import type { Device, Devices } from './devices.js';
import type { Invitation } from './invitation-store.js';
import type { Invitations } from './invitations.js';
import { addLink, type LetterQueue } from './mailed-links.js';
import { requireUncommon } from './password-rules.js';
import type { Passwords } from './passwords.js';
import { teachesWhomTheyInvite } from './policy.js';
import type { SaltOf } from './salts.js';
import type { Sessions } from './sessions.js';
import type { SignedIn } from './sign-in.js';
import { findUser, insertUser } from './user-store.js';
import { readOwn } from './views.js';

const schoolTimeZone = 'Europe/Kyiv';
const schoolLocale = 'uk';

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
  /** What the link of an invitation carries. */
  readonly invitationToken: string | null;
}

/** Who has joined by the invitation of a tutor. */
export interface JoinedStudent {
  readonly organizationId: string;
  readonly tutorId: string;
  readonly studentId: string;
}

/** What a sign-up is made of. */
export interface SignUpOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly queue: LetterQueue;
  readonly passwords: Passwords;
  readonly saltOf: SaltOf;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly invitations: Invitations;
  /** Where those sign up whom nobody has invited. */
  readonly defaultOrganizationId: string;
  /** Makes the tutor's student of them, in the transaction of the sign-up. */
  readonly onStudentJoined: (tx: UnitOfWork, joined: JoinedStudent) => Promise<void>;
}

/**
 * Creates the sign-up. Whoever signs up has an account at once, whether or not another one names the address: which of
 * them it belongs to is decided by the mail (decision 84). So nothing here depends on whether the address is known.
 */
export function createSignUp(options: SignUpOptions) {
  const { database, clock, queue, passwords, saltOf, sessions, devices, invitations } = options;

  /** By the invitation, whose link has proved the address. */
  async function joinInvited(tx: UnitOfWork, userId: string, invitation: Invitation): Promise<void> {
    const { organizationId, inviterId, role } = invitation;
    await invitations.use(tx, invitation);
    const proved = await markEmailVerified(tx, organizationId, userId, clock.now());
    if (!proved) throw taken();
    const inviter = await findUser(tx, organizationId, inviterId);
    if (role === 'STUDENT' && inviter && teachesWhomTheyInvite(inviter))
      await options.onStudentJoined(tx, { organizationId, tutorId: inviterId, studentId: userId });
  }

  return async ({ password, invitationToken, ...person }: SignUp, device: Device): Promise<SignedIn> => {
    const invitation =
      invitationToken === null ? null : await invitations.find(invitationToken, person.email);
    await requireUncommon('input.password', password, person);
    const salt = (await findHashAt(database, person.email)) ?? saltOf(person.email);
    const passwordHash = await passwords.hash(password, salt);
    const user = {
      ...person,
      id: newId(),
      organizationId: invitation?.organizationId ?? options.defaultOrganizationId,
      role: invitation?.role ?? person.role,
      timeZone: person.timeZone ?? schoolTimeZone,
      locale: person.locale ?? schoolLocale,
    };
    const { id: userId, organizationId } = user;
    const join = async (tx: UnitOfWork): Promise<SignedIn> => {
      await insertUser(tx, { ...user, passwordHash });
      if (invitation) await joinInvited(tx, userId, invitation);
      else await addLink({ tx, clock, queue }, 'account.email-verification', user);
      await devices.signedIn(tx, { userId, organizationId }, device);
      const subject = encodeId('user', userId);
      const detail: AuditRecord['detail'] = invitation ? { invited: true, role: user.role } : {};
      await recordAudit(tx, { organizationId, actorId: userId, action: 'account.created', subject, detail });
      const tokens = await sessions.open(tx, { userId, organizationId }, device.userAgent);
      return { ...tokens, user: await readOwn(tx, organizationId, userId) };
    };
    return database.transaction(join).catch((error: unknown) => {
      // Another account has proved the address at this very moment. Without its cause, which quotes the address.
      throw violates(error, 'app_user_email_key') ? taken() : error;
    });
  };
}

/** To whoever has read the mail of the address this tells nothing new. */
function taken(): AppError {
  return new AppError('EMAIL_TAKEN', { 'input.email': [{ rule: 'HAS_ACCOUNT' }] });
}
