import { type AuditAction, auditInsert } from '../../platform/audit/record.js';
import type { Queryable } from '../../platform/database/database.js';
import type { Role } from '../../shared/viewer.js';
import { lockedWithPassword } from './address-store.js';
import { ownUser, type UserRow } from './user-store.js';

/** The owner of a living session, as every request needs them. */
export interface SessionOwner {
  readonly userId: string;
  readonly organizationId: string;
  readonly role: Role;
  readonly plan: 'FREE' | 'PREMIUM';
  readonly displayName: string;
  readonly timeZone: string;
  readonly locale: string;
}

/** A session as stored. */
export interface SessionRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly userAgent: string | null;
}

const columns = 'id, created_at AS "createdAt", last_used_at AS "lastUsedAt", user_agent AS "userAgent"';

/** Owner of a session that is neither revoked nor expired; one statement, run for every request. */
export async function findOwner(on: Queryable, sessionId: string, userId: string, now: Date) {
  const rows = await on.sql<SessionOwner>(
    `SELECT u.id AS "userId", u.organization_id AS "organizationId", u.role, u.plan, u.display_name AS "displayName",
       u.time_zone AS "timeZone", u.locale
     FROM session s JOIN app_user u ON u.id = s.user_id
     WHERE s.id = $1::uuid AND s.user_id = $2::uuid AND s.revoked_at IS NULL AND s.expires_at > $3::timestamptz`,
    sessionId,
    userId,
    now,
  );
  return rows[0] ?? null;
}

/** The living sessions of a user, the last used first, at most 100; only those of `ids` when given. */
export function listSessions(on: Queryable, userId: string, now: Date, ids: readonly string[] | null = null) {
  return on.sql<SessionRow>(
    `SELECT ${columns} FROM session
     WHERE user_id = $1::uuid AND revoked_at IS NULL AND expires_at > $2::timestamptz
       AND ($3::uuid[] IS NULL OR id = ANY($3::uuid[]))
     ORDER BY last_used_at DESC, id DESC LIMIT 100`,
    userId,
    now,
    ids,
  );
}

/** Ends a living session of this user; tells whether there was one. */
export async function revokeSession(
  on: Queryable,
  sessionId: string,
  userId: string,
  now: Date,
): Promise<boolean> {
  const rows = await on.sql(
    `UPDATE session SET revoked_at = $3::timestamptz
     WHERE id = $1::uuid AND user_id = $2::uuid AND revoked_at IS NULL AND expires_at > $3::timestamptz RETURNING id`,
    sessionId,
    userId,
    now,
  );
  return rows.length > 0;
}

/** Ends every living session of a user and gives their ids. */
export async function revokeAllSessions(on: Queryable, userId: string, now: Date): Promise<string[]> {
  const rows = await on.sql<{ id: string }>(
    `UPDATE session SET revoked_at = $2::timestamptz WHERE user_id = $1::uuid AND revoked_at IS NULL RETURNING id`,
    userId,
    now,
  );
  return rows.map(({ id }) => id);
}

/** A session with its first refresh token. */
export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string | null;
  readonly now: Date;
  readonly expiresAt: Date;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
}

/** Opens a session, both rows in one statement. */
export async function insertSession(on: Queryable, session: NewSession): Promise<void> {
  await on.sql(
    `WITH opened AS (
       INSERT INTO session (id, user_id, user_agent, created_at, last_used_at, expires_at)
       VALUES ($1::uuid, $2::uuid, $3::text, $4::timestamptz, $4::timestamptz, $5::timestamptz))
     INSERT INTO refresh_token (hash, session_id, generation, created_at) VALUES ($6::bytea, $1::uuid, 1, $4::timestamptz)`,
    session.id,
    session.userId,
    session.userAgent,
    session.now,
    session.expiresAt,
    session.tokenHash,
  );
}

/** By what somebody is known who signs in again. */
export interface KnownUser {
  readonly deviceHash: Uint8Array<ArrayBuffer>;
  /** What the given password was found to be of. */
  readonly passwordHash: string;
}

/**
 * Opens a session from a device that the user has signed in from before, notes both, and gives the user: the whole of an
 * ordinary sign-in in one statement, since a rush of them shares the machine with everybody else. Null, and nothing is
 * done, when the device is not known, or `passwordHash` is not the user's any more.
 */
export async function insertSessionOfKnownDevice(
  on: Queryable,
  session: NewSession,
  { deviceHash, passwordHash }: KnownUser,
  entry: { readonly organizationId: string; readonly action: AuditAction; readonly subject: string },
): Promise<UserRow | null> {
  const rows = await on.sql<UserRow>(
    `WITH person AS (${lockedWithPassword('$2', '$8', '$11')}),
     seen AS (
       UPDATE known_device d SET seen_at = $4::timestamptz FROM person
       WHERE d.user_id = person.id AND d.hash = $7::bytea RETURNING d.user_id),
     opened AS (
       INSERT INTO session (id, user_id, user_agent, created_at, last_used_at, expires_at)
       SELECT $1::uuid, user_id, $3::text, $4::timestamptz, $4::timestamptz, $5::timestamptz FROM seen RETURNING id),
     given AS (
       INSERT INTO refresh_token (hash, session_id, generation, created_at)
       SELECT $6::bytea, id, 1, $4::timestamptz FROM opened),
     noted AS (
       ${auditInsert(`SELECT $8::uuid, user_id, $9::text, $10::text, '{}'::jsonb FROM seen`)})
     ${ownUser('$8', '$2')} AND EXISTS (SELECT FROM opened)`,
    session.id,
    session.userId,
    session.userAgent,
    session.now,
    session.expiresAt,
    session.tokenHash,
    deviceHash,
    entry.organizationId,
    entry.action,
    entry.subject,
    passwordHash,
  );
  return rows[0] ?? null;
}

/** A session that a refresh holds. */
export interface LockedSession {
  readonly id: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly alive: boolean;
}

/** Locks the session of a refresh token, so that refreshes of one session run one after another. */
export async function lockSessionOfToken(on: Queryable, hash: Uint8Array<ArrayBuffer>, now: Date) {
  const rows = await on.sql<LockedSession>(
    `SELECT s.id, s.user_id AS "userId", u.organization_id AS "organizationId",
       s.revoked_at IS NULL AND s.expires_at > $2::timestamptz AS alive
     FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN app_user u ON u.id = s.user_id
     WHERE t.hash = $1::bytea FOR NO KEY UPDATE OF s`,
    hash,
    now,
  );
  return rows[0] ?? null;
}

/** A refresh token and what became of its successor. */
export interface TokenState {
  readonly generation: number;
  readonly usedAt: Date | null;
  readonly successorHash: Uint8Array | null;
  readonly successorUsed: boolean;
}

/** Read this in a statement after the lock: the statement that waited for it still sees the token as it was before. */
export async function readToken(on: Queryable, hash: Uint8Array<ArrayBuffer>): Promise<TokenState | null> {
  const rows = await on.sql<TokenState>(
    `SELECT t.generation, t.used_at AS "usedAt", next.hash AS "successorHash",
       next.used_at IS NOT NULL AS "successorUsed"
     FROM refresh_token t
     LEFT JOIN refresh_token next ON next.session_id = t.session_id AND next.generation = t.generation + 1
     WHERE t.hash = $1::bytea`,
    hash,
  );
  return rows[0] ?? null;
}

/** One step of a session's refresh tokens. */
export interface Rotation {
  readonly sessionId: string;
  readonly used: { readonly hash: Uint8Array<ArrayBuffer>; readonly generation: number };
  readonly successorHash: Uint8Array<ArrayBuffer>;
  readonly userAgent: string | null;
  readonly now: Date;
  readonly expiresAt: Date;
  /** Tokens made before this are forgotten; they are too old to be of use to anyone. */
  readonly forgetBefore: Date;
}

/** Marks a token as used, adds its successor and prolongs the session, in one statement. */
export async function rotateToken(on: Queryable, rotation: Rotation): Promise<void> {
  await on.sql(
    `WITH used AS (UPDATE refresh_token SET used_at = $4::timestamptz WHERE hash = $2::bytea),
       forgotten AS (DELETE FROM refresh_token
         WHERE session_id = $1::uuid AND generation < $3::int AND created_at < $8::timestamptz),
       prolonged AS (UPDATE session SET last_used_at = $4::timestamptz, expires_at = $5::timestamptz,
         user_agent = coalesce($6::text, user_agent) WHERE id = $1::uuid)
     INSERT INTO refresh_token (hash, session_id, generation, created_at)
     VALUES ($7::bytea, $1::uuid, $3::int + 1, $4::timestamptz)`,
    rotation.sessionId,
    rotation.used.hash,
    rotation.used.generation,
    rotation.now,
    rotation.expiresAt,
    rotation.userAgent,
    rotation.successorHash,
    rotation.forgetBefore,
  );
}
