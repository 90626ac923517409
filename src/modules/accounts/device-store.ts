import type { Queryable } from '../../platform/database/database.js';

/** What is known of a device that somebody signs in from. */
export interface Sighting {
  /** Whether this device was seen before. */
  readonly known: boolean;
  /** Whether any was. */
  readonly others: boolean;
}

/** Notes that somebody signs in from a device, and gives what was known before. */
export async function noteDevice(
  on: Queryable,
  userId: string,
  hash: Uint8Array<ArrayBuffer>,
  now: Date,
): Promise<Sighting> {
  const [before] = await on.sql<Sighting>(
    `WITH noted AS (
       INSERT INTO known_device (user_id, hash, seen_at) VALUES ($1::uuid, $2::bytea, $3::timestamptz)
       ON CONFLICT (user_id, hash) DO UPDATE SET seen_at = excluded.seen_at)
     SELECT coalesce(bool_or(hash = $2::bytea), false) AS known, coalesce(bool_or(hash <> $2::bytea), false) AS others
     FROM known_device WHERE user_id = $1::uuid`,
    userId,
    hash,
    now,
  );
  return before ?? { known: false, others: false };
}

/** Forgets devices that nobody has signed in from since, at most `limit`; gives how many. */
export async function forgetDevices(on: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await on.sql(
    `DELETE FROM known_device WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM known_device WHERE seen_at < $1::timestamptz ORDER BY seen_at LIMIT $2::int
       FOR UPDATE SKIP LOCKED)) RETURNING user_id`,
    before,
    limit,
  );
  return rows.length;
}
