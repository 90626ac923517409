import type { AccountLinkKind } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';

/** Locks a user until the transaction ends. */
export async function lockOwner(on: Queryable, userId: string): Promise<void> {
  await on.sql('SELECT id FROM app_user WHERE id = $1::uuid FOR NO KEY UPDATE', userId);
}

/** A one-time link. */
export interface NewLink {
  readonly id: string;
  readonly userId: string;
  readonly kind: AccountLinkKind;
  readonly now: Date;
  readonly expiresAt: Date;
}

/** Adds a link; false when the accounts that name the address were given `atMost` of the kind since `since` already. */
export async function insertLink(
  on: Queryable,
  link: NewLink,
  atMost: number,
  since: Date,
): Promise<boolean> {
  const rows = await on.sql(
    `INSERT INTO account_link (id, user_id, kind, created_at, expires_at)
     SELECT $1::uuid, $2::uuid, $3::account_link_kind, $4::timestamptz, $5::timestamptz
     WHERE (SELECT count(*) FROM app_user mine
              JOIN app_user named ON named.email = mine.email
              JOIN account_link l ON l.user_id = named.id
            WHERE mine.id = $2::uuid AND l.kind = $3::account_link_kind AND l.created_at > $7::timestamptz) < $6::int
     RETURNING id`,
    link.id,
    link.userId,
    link.kind,
    link.now,
    link.expiresAt,
    atMost,
    since,
  );
  return rows.length > 0;
}

/** Uses a living link and gives its owner; null when it was used, has expired or is gone. Others of the kind end with it. */
export async function useLink(
  on: Queryable,
  kind: AccountLinkKind,
  id: string,
  now: Date,
): Promise<{ readonly userId: string; readonly organizationId: string } | null> {
  const rows = await on.sql<{ userId: string; organizationId: string }>(
    `WITH used AS (
       UPDATE account_link SET used_at = $3::timestamptz
       WHERE id = $1::uuid AND kind = $2::account_link_kind AND used_at IS NULL AND expires_at > $3::timestamptz
       RETURNING id, user_id
     ), others AS (
       UPDATE account_link l SET used_at = $3::timestamptz FROM used
       WHERE l.user_id = used.user_id AND l.kind = $2::account_link_kind AND l.used_at IS NULL AND l.id <> used.id
     )
     SELECT u.id AS "userId", u.organization_id AS "organizationId" FROM used JOIN app_user u ON u.id = used.user_id`,
    id,
    kind,
    now,
  );
  return rows[0] ?? null;
}

/** The hash of the password that a living link may replace; null when it was used, has expired or is gone. */
export async function findLinkHash(
  on: Queryable,
  kind: AccountLinkKind,
  id: string,
  now: Date,
): Promise<string | null> {
  const rows = await on.sql<{ hash: string }>(
    `SELECT u.password_hash AS hash FROM account_link l JOIN app_user u ON u.id = l.user_id
     WHERE l.id = $1::uuid AND l.kind = $2::account_link_kind AND l.used_at IS NULL AND l.expires_at > $3::timestamptz`,
    id,
    kind,
    now,
  );
  return rows[0]?.hash ?? null;
}

/** Whom a letter is written to. */
export interface Addressee {
  readonly email: string;
  /** Null where nobody has proved the address: a stranger may have signed up with it, under a name that is a message. */
  readonly displayName: string | null;
  readonly locale: string;
  readonly organizationName: string;
}

/** The owner of an account, and whether another account has proved that the address is theirs. */
export interface AccountAddressee extends Addressee {
  readonly provedByAnother: boolean;
}

/**
 * Whom to write to about an account: who has proved its address, else whoever reads it. Null when there is no such
 * account any more.
 */
export async function findAddressee(
  on: Queryable,
  organizationId: string,
  userId: string,
): Promise<AccountAddressee | null> {
  const rows = await on.sql<AccountAddressee>(
    `SELECT reader.email, CASE WHEN reader.email_verified_at IS NOT NULL THEN reader.display_name END AS "displayName",
       reader.locale, o.name AS "organizationName", reader.id <> u.id AS "provedByAnother"
     FROM app_user u
     LEFT JOIN app_user prover ON prover.email = u.email AND prover.email_verified_at IS NOT NULL
     JOIN app_user reader ON reader.id = coalesce(prover.id, u.id)
     JOIN organization o ON o.id = reader.organization_id
     WHERE u.organization_id = $1::uuid AND u.id = $2::uuid`,
    organizationId,
    userId,
  );
  return rows[0] ?? null;
}

/** Whether a link of this user can still be used. */
export async function isUsable(on: Queryable, userId: string, id: string, now: Date): Promise<boolean> {
  const rows = await on.sql(
    `SELECT id FROM account_link
     WHERE id = $1::uuid AND user_id = $2::uuid AND used_at IS NULL AND expires_at > $3::timestamptz`,
    id,
    userId,
    now,
  );
  return rows.length > 0;
}

/** Removes links that ended long enough ago, at most `limit`; gives how many. */
export async function removeExpiredLinks(on: Queryable, limit: number): Promise<number> {
  const rows = await on.sql(
    `DELETE FROM account_link WHERE id = ANY (ARRAY(
       SELECT id FROM account_link WHERE expires_at < now() - interval '1 day' ORDER BY expires_at LIMIT $1::int
       FOR UPDATE SKIP LOCKED)) RETURNING id`,
    limit,
  );
  return rows.length;
}
