import type { Caller } from '../../graphql/context.js';
import { recordAudit } from '../../platform/audit/record.js';
import type { Database } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { encodeId } from '../../shared/ids.js';
import { findByAddress, holdsPassword, type Named } from './address-store.js';
import type { Attempts } from './attempts.js';
import type { Device, Devices } from './devices.js';
import { hashOfNobody, type Passwords } from './passwords.js';
import type { Sessions, Tokens } from './sessions.js';
import { createTurns } from './turns.js';
import { ownView, readOwn, type UserView } from './views.js';

/** A user who has just signed in, with the tokens to go on with. */
export interface SignedIn extends Tokens {
  readonly user: UserView;
}

/** What a sign-in is made of. */
export interface SignInOptions {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly attempts: Attempts;
  /** Where a refused sign-in with an address without an account is noted. */
  readonly defaultOrganizationId: string;
}

/** Sign-ins that are worked on: while one waits for the database, another is hashed. */
const signInsAtOnce = 3;

/** Creates the sign-in. It fails with INVALID_CREDENTIALS, which tells nothing about whether the address is known, and RATE_LIMITED. */
export function createSignIn({
  database,
  passwords,
  sessions,
  devices,
  attempts,
  ...options
}: SignInOptions) {
  // As a whole, not the hashing alone: a rush would otherwise take every connection of the pool to look people up.
  const inTurn = createTurns({ concurrency: signInsAtOnce, maxWaiting: 100 });

  const standIn = { organizationId: options.defaultOrganizationId, passwordHash: hashOfNobody() };

  async function openFor(email: string, password: string, device: Device): Promise<SignedIn> {
    const named = await findByAddress(database, email, standIn);
    const found = await passwords.find(
      named.map(({ passwordHash }) => passwordHash),
      password,
    );
    const account = named[found] ?? named[0];
    const { id, organizationId, passwordHash } = account;
    if (found < 0 || id === null) throw await refused(account);
    const owner = { userId: id, organizationId };
    const known = { passwordHash, deviceHash: devices.hashOf(id, device) };
    const again = await sessions.openAgain(owner, device.userAgent, known);
    if (again) return { ...again.tokens, user: ownView(again.row) };
    return database.transaction(async (tx) => {
      // It was changed while we hashed.
      if (!(await holdsPassword(tx, { id, organizationId, passwordHash })))
        throw new AppError('INVALID_CREDENTIALS');
      await devices.signedIn(tx, owner, device);
      const tokens = await sessions.open(tx, owner, device.userAgent);
      return { ...tokens, user: await readOwn(tx, organizationId, id) };
    });
  }

  /** Notes a refusal, by the same statement whether or not the address has an account. */
  async function refused({ id, organizationId }: Named): Promise<AppError> {
    const subject = id === null ? null : encodeId('user', id);
    await recordAudit(database, { organizationId, actorId: null, action: 'sign-in.failed', subject });
    return new AppError('INVALID_CREDENTIALS');
  }

  // Counted in turn: what waits has not failed yet, so that a whole class behind one address may sign in at once.
  return (email: string, password: string, caller: Caller): Promise<SignedIn> =>
    inTurn(() => attempts.signIn(caller, email, () => openFor(email, password, caller)));
}
