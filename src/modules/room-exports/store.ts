import type { Queryable } from '../../platform/database/database.js';
import type { RoomKey, RoomKind } from '../chats/rooms.js';

/** The forms in which a history can be had: a JSON object a line, or lines for people. */
export const exportFormats = ['JSON_LINES', 'TEXT'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** An export that somebody has asked for. */
export interface RoomExport {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly roomId: string;
  readonly roomKind: RoomKind;
  readonly format: ExportFormat;
  /** The end of the room when it was asked for: what is sent later is not in it. */
  readonly lastSequence: number;
  /** How far it has come. */
  readonly exportedSequence: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

const columns = `id, organization_id AS "organizationId", user_id AS "userId", room_id AS "roomId",
  room_kind AS "roomKind", format, last_sequence AS "lastSequence", exported_sequence AS "exportedSequence",
  created_at AS "createdAt", expires_at AS "expiresAt", started_at AS "startedAt", finished_at AS "finishedAt"`;

/** What an export is made of. */
export interface NewExport {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly room: RoomKey;
  readonly format: ExportFormat;
  readonly lastSequence: number;
  /** SHA-256 of the secret of its link, in hexadecimal. */
  readonly secretHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Writes down that somebody has asked for an export. */
export async function insertExport(on: Queryable, made: NewExport): Promise<RoomExport> {
  const [row] = await on.sql<RoomExport>(
    `INSERT INTO room_export
       (id, organization_id, user_id, room_id, room_kind, format, last_sequence, secret_hash, created_at, expires_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::int, decode($8::text, 'hex'), $9::timestamptz,
       $10::timestamptz) RETURNING ${columns}`,
    ...[made.id, made.organizationId, made.userId, made.room.id, made.room.kind, made.format],
    ...[made.lastSequence, made.secretHash, made.createdAt, made.expiresAt],
  );
  return row as RoomExport;
}

/** The exports of a person with these ids. */
export function findExports(
  on: Queryable,
  organizationId: string,
  userId: string,
  ids: readonly string[],
): Promise<RoomExport[]> {
  return on.sql(
    `SELECT ${columns} FROM room_export
      WHERE id = ANY ($3::uuid[]) AND organization_id = $1::uuid AND user_id = $2::uuid`,
    organizationId,
    userId,
    ids,
  );
}

/**
 * Begins the export that a link opens, which can be done once; null for any other secret. The secret is all that is
 * known of who asks, so it alone finds the school too.
 */
export async function beginExport(on: Queryable, secretHash: string, now: Date): Promise<RoomExport | null> {
  const [row] = await on.sql<RoomExport>(
    `UPDATE room_export SET started_at = $2::timestamptz
      WHERE secret_hash = decode($1::text, 'hex') AND started_at IS NULL AND expires_at > $2::timestamptz
      RETURNING ${columns}`,
    secretHash,
    now,
  );
  return row ?? null;
}

/** Notes how far an export has come, and with `finishedAt` that all of it was sent. */
export async function noteProgress(
  on: Queryable,
  { organizationId, id }: Pick<RoomExport, 'organizationId' | 'id'>,
  exportedSequence: number,
  finishedAt: Date | null,
): Promise<void> {
  await on.sql(
    `UPDATE room_export SET exported_sequence = $3::int, finished_at = $4::timestamptz
      WHERE id = $2::uuid AND organization_id = $1::uuid`,
    organizationId,
    id,
    exportedSequence,
    finishedAt,
  );
}

/** Removes exports that were asked for before this time, at most so many; gives how many. */
export async function removeOldExports(on: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await on.sql(
    `DELETE FROM room_export WHERE id = ANY (ARRAY(
       SELECT id FROM room_export WHERE created_at < $1::timestamptz ORDER BY created_at LIMIT $2::int))
     RETURNING 1 AS removed`,
    before,
    limit,
  );
  return rows.length;
}

/** A message with the name of its author. */
export interface ExportedMessage {
  readonly id: string;
  readonly sequence: number;
  readonly authorId: string;
  readonly authorName: string;
  /** Null once deleted. */
  readonly body: string | null;
  readonly replyToId: string | null;
  readonly createdAt: Date;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
}

/** Messages at once: what is held in memory for one export, and between two looks at whether it may go on. */
const batchSize = 500;

/** The next messages of a room after a place, up to another, in order. */
export function readBatch(
  on: Queryable,
  organizationId: string,
  roomId: string,
  after: number,
  upTo: number,
): Promise<ExportedMessage[]> {
  return on.sql(
    `SELECT m.id, m.sequence, m.author_id AS "authorId", u.display_name AS "authorName", m.body,
            m.reply_to_id AS "replyToId", m.created_at AS "createdAt", m.edited_at AS "editedAt",
            m.deleted_at AS "deletedAt"
       FROM chat_message m JOIN app_user u ON u.id = m.author_id
      WHERE m.organization_id = $1::uuid AND m.room_id = $2::uuid AND m.sequence > $3::int AND m.sequence <= $4::int
      ORDER BY m.sequence LIMIT ${batchSize}`,
    organizationId,
    roomId,
    after,
    upTo,
  );
}
