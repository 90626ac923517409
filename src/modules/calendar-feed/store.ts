import type { Queryable } from '../../platform/database/database.js';

/** What opens a person's feed. */
export interface FeedKey {
  readonly key: string;
  /** SHA-256 of the secret, in hexadecimal. */
  readonly hash: string;
}

/** The person whose feed it is. */
export interface FeedOwner {
  readonly userId: string;
  readonly organizationId: string;
  readonly organizationName: string;
}

/** A person's key; null before the first one was made. */
export async function findKey(
  on: Queryable,
  organizationId: string,
  userId: string,
): Promise<FeedKey | null> {
  const [row] = await on.sql<FeedKey>(
    `SELECT key::text AS key, encode(secret_hash, 'hex') AS hash FROM calendar_feed
     WHERE organization_id = $1::uuid AND user_id = $2::uuid`,
    organizationId,
    userId,
  );
  return row ?? null;
}

/**
 * Gives a person a new key in the place of `replaced` (null: of none) and gives the key that they have then: of two
 * that do so at once, the first one's.
 */
export async function putKey(
  on: Queryable,
  organizationId: string,
  userId: string,
  made: FeedKey,
  replaced: FeedKey | null,
): Promise<FeedKey> {
  const [row] = await on.sql<FeedKey>(
    `INSERT INTO calendar_feed AS feed (user_id, organization_id, key, secret_hash)
     VALUES ($2::uuid, $1::uuid, $3::uuid, decode($4::text, 'hex'))
     ON CONFLICT (user_id) DO UPDATE SET
       key = CASE WHEN feed.key = $5::uuid THEN excluded.key ELSE feed.key END,
       secret_hash = CASE WHEN feed.key = $5::uuid THEN excluded.secret_hash ELSE feed.secret_hash END,
       created_at = CASE WHEN feed.key = $5::uuid THEN excluded.created_at ELSE feed.created_at END
     RETURNING key::text AS key, encode(secret_hash, 'hex') AS hash`,
    organizationId,
    userId,
    made.key,
    made.hash,
    replaced?.key ?? null,
  );
  return row as FeedKey;
}

/** Takes a person's key away, if they have one. */
export async function removeKey(on: Queryable, organizationId: string, userId: string): Promise<void> {
  await on.sql(
    'DELETE FROM calendar_feed WHERE organization_id = $1::uuid AND user_id = $2::uuid',
    organizationId,
    userId,
  );
}

/** Whose feed a secret opens. The secret is all that is known of the reader, so it alone finds the school too. */
export async function findOwner(on: Queryable, hash: string): Promise<FeedOwner | null> {
  const [row] = await on.sql<FeedOwner>(
    `SELECT feed.user_id::text AS "userId", feed.organization_id::text AS "organizationId",
       school.name AS "organizationName"
     FROM calendar_feed feed JOIN organization school ON school.id = feed.organization_id
     WHERE feed.secret_hash = decode($1::text, 'hex')`,
    hash,
  );
  return row ?? null;
}
