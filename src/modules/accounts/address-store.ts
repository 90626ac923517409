import type { Queryable } from '../../platform/database/database.js';
import { selectUsers, type UserRow } from './user-store.js';

/** An account that names an address, as a sign-in looks at it. */
export interface Named {
  /** Null for the stand-in of an address that nobody names. */
  readonly id: string | null;
  readonly organizationId: string;
  readonly passwordHash: string;
}

/** Who has proved the address, else who named it first: the account that the address belongs to. */
const holderFirst = 'u.email_verified_at IS NULL, u.created_at, u.id';
/** So many accounts of an address are looked at when somebody signs in; reading them takes less than one hash does. */
const atMost = 500;

/**
 * The living accounts that name an address, over all schools, since sign-in names none; its holder comes first. When
 * there is none, the stand-in: a row more to read is 60 µs that would tell who has an account.
 */
export function findByAddress(
  on: Queryable,
  email: string,
  standIn: Omit<Named, 'id'>,
): Promise<[Named, ...Named[]]> {
  return on.sql(
    `SELECT u.id, coalesce(u.organization_id, $2::uuid) AS "organizationId",
       coalesce(u.password_hash, $3::text) AS "passwordHash"
     FROM (SELECT) AS one LEFT JOIN app_user u ON u.email = $1::text AND u.erased_at IS NULL
     ORDER BY ${holderFirst} LIMIT ${atMost}`,
    email,
    standIn.organizationId,
    standIn.passwordHash,
  ) as Promise<[Named, ...Named[]]>;
}

/**
 * A query of the living user of these placeholders whose hash it still is. It waits for a change of the password that is
 * under way, and makes the next one wait, so that no session is opened by a password that has just ended.
 */
export function lockedWithPassword(id: string, organizationId: string, passwordHash: string): string {
  return `SELECT id FROM app_user WHERE id = ${id}::uuid AND organization_id = ${organizationId}::uuid
    AND password_hash = ${passwordHash}::text AND erased_at IS NULL FOR SHARE`;
}

/** Holds a user until the transaction ends; false when the hash is not theirs any more. */
export async function holdsPassword(
  on: Queryable,
  { id, organizationId, passwordHash }: Named & { readonly id: string },
): Promise<boolean> {
  const rows = await on.sql(lockedWithPassword('$1', '$2', '$3'), id, organizationId, passwordHash);
  return rows.length > 0;
}

/** The account that the address belongs to; null when there is none. */
export async function findHolder(on: Queryable, email: string): Promise<UserRow | null> {
  const rows = await on.sql<UserRow>(
    `${selectUsers()} WHERE u.email = $1::text AND u.erased_at IS NULL ORDER BY ${holderFirst} LIMIT 1`,
    email,
  );
  return rows[0] ?? null;
}

/** The hash of one of the passwords of an address, whoever's. */
export async function findHashAt(on: Queryable, email: string): Promise<string | null> {
  const rows = await on.sql<{ hash: string }>(
    `SELECT password_hash AS hash FROM app_user u WHERE email = $1::text AND erased_at IS NULL
     ORDER BY ${holderFirst} LIMIT 1`,
    email,
  );
  return rows[0]?.hash ?? null;
}

/** The SQL condition that an account, given by the alias of its row, is the one that its address belongs to. */
export function holdsAddress(person: string): string {
  return `(${person}.email_verified_at IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM app_user other
     WHERE other.email = ${person}.email AND other.erased_at IS NULL AND (other.email_verified_at IS NOT NULL
        OR (other.created_at, other.id) < (${person}.created_at, ${person}.id))))`;
}

/**
 * Notes that an address is a user's; the first proof counts. False, and nothing is changed, when another account has
 * proved it. Violates `app_user_email_key` when another one does so at this moment.
 */
export async function markEmailVerified(
  on: Queryable,
  organizationId: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const rows = await on.sql(
    `UPDATE app_user AS mine SET email_verified_at = coalesce(email_verified_at, $3::timestamptz), updated_at = now()
     WHERE organization_id = $1::uuid AND id = $2::uuid AND NOT EXISTS (
       SELECT 1 FROM app_user other
        WHERE other.email = mine.email AND other.id <> mine.id AND other.email_verified_at IS NOT NULL)
     RETURNING id`,
    organizationId,
    id,
    now,
  );
  return rows.length > 0;
}

/** Other accounts that name the address which this one has proved; they go with it when it is erased. */
export function findOthersOfAddress(on: Queryable, organizationId: string, id: string) {
  return on.sql<{ readonly userId: string; readonly organizationId: string }>(
    `SELECT other.id AS "userId", other.organization_id AS "organizationId"
     FROM app_user mine JOIN app_user other ON other.email = mine.email AND other.id <> mine.id
     WHERE mine.organization_id = $1::uuid AND mine.id = $2::uuid AND mine.email_verified_at IS NOT NULL
       AND other.erased_at IS NULL
     ORDER BY other.id`,
    organizationId,
    id,
  );
}

/**
 * Tutors and students who never proved their address, joined before this time, and whom nobody has to do with. It does
 * not ask whether the address belongs to another account: that would show in what is left of it.
 */
export function findUnproven(on: Queryable, before: Date, limit: number) {
  return on.sql<{ readonly userId: string; readonly organizationId: string }>(
    `SELECT id AS "userId", organization_id AS "organizationId" FROM app_user u
     WHERE email_verified_at IS NULL AND erased_at IS NULL AND role IN ('TUTOR', 'STUDENT')
       AND created_at < $1::timestamptz
       AND NOT EXISTS (SELECT 1 FROM tutor_student_relation r WHERE r.tutor_id = u.id OR r.student_id = u.id)
     ORDER BY created_at, id LIMIT $2::int`,
    before,
    limit,
  );
}
