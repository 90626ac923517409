import { randomBytes } from 'node:crypto';
import { findHolder, markEmailVerified } from '../modules/accounts/address-store.js';
import { hashPassword } from '../modules/accounts/passwords.js';
import { defaultOrganizationId } from '../modules/accounts/service.js';
import {
  findOrganizationByName,
  findOrganizations,
  insertOrganization,
  insertUser,
} from '../modules/accounts/user-store.js';
import type { Person } from '../modules/privacy/erase.js';
import { recordAudit } from '../platform/audit/record.js';
import type { UnitOfWork } from '../platform/database/database.js';
import { decodeId, encodeId, newId } from '../shared/ids.js';
import { UsageError } from './entry.js';
import type { Foundation } from './foundation.js';

/** An admin whom an operator makes. */
export interface AdminRequest {
  readonly email: string;
  readonly displayName: string;
  readonly role: 'ADMIN' | 'OWNER';
  /** A name, which is made into a school when there is none of it, or the id of one; null: the default school. */
  readonly organization: string | null;
}

/** What was made. */
export interface MadeAdmin {
  readonly userId: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly newOrganization: boolean;
  /** Drawn at random and kept nowhere. */
  readonly password: string;
}

/** Makes an admin, and the school if it is new. Throws UsageError for an address that has an account. */
export async function makeAdmin({ database, clock }: Foundation, request: AdminRequest): Promise<MadeAdmin> {
  const email = request.email.toLowerCase();
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw new UsageError('--email is not an e-mail address');
  const password = randomBytes(18).toString('base64url');
  const passwordHash = await hashPassword(password);
  return database.transaction(async (tx) => {
    // One that nobody has proved is no obstacle: a stranger may have made it.
    if ((await findHolder(tx, email))?.emailVerifiedAt)
      throw new UsageError('This address has an account already.');
    const school = await findOrMakeSchool(tx, request.organization);
    const user = {
      id: newId(),
      organizationId: school.id,
      email,
      passwordHash,
      displayName: request.displayName,
    };
    await insertUser(tx, { ...user, role: request.role, timeZone: 'Europe/Kyiv', locale: 'uk' });
    await markEmailVerified(tx, school.id, user.id, clock.now());
    const userId = encodeId('user', user.id);
    await recordAudit(tx, {
      organizationId: school.id,
      actorId: null,
      action: 'account.created',
      subject: userId,
      detail: { role: request.role },
    });
    return {
      userId,
      organizationId: encodeId('organization', school.id),
      organizationName: school.name,
      newOrganization: school.isNew,
      password,
    };
  });
}

async function findOrMakeSchool(tx: UnitOfWork, given: string | null) {
  const id = given === null ? defaultOrganizationId : decodeId('organization', given);
  const [known] = id
    ? await findOrganizations(tx, id, [id])
    : await findOrganizationByName(tx, given as string);
  if (known) return { ...known, isNew: false };
  if (id) throw new UsageError('--organization names no school');
  const made = { id: newId(), name: given as string };
  await insertOrganization(tx, made);
  return { ...made, isNew: true };
}

/** The person of an address. Throws UsageError when nobody has it. */
export async function findPerson({ database }: Foundation, email: string): Promise<Person> {
  const row = await findHolder(database, email.toLowerCase());
  if (!row) throw new UsageError('Nobody has this address.');
  return { userId: row.id, organizationId: row.organizationId };
}
