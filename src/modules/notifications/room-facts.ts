import type { Queryable } from '../../platform/database/database.js';
import { kindOfMessage, ofAllKinds } from '../chats/room-kinds.js';
import type { RoomKind } from '../chats/rooms.js';
import type { ReportReason } from '../moderation/report.js';

/** A room as it is called: the lesson's title, the classroom's name; nothing for that of a relation, which is its two people. */
const title = `coalesce((SELECT title FROM lesson WHERE id = room.id), (SELECT name FROM classroom WHERE id = room.id), '')`;

/** What a member of a room has not read: others' undeleted messages past the read marker, counted to 100. */
export interface UnreadFacts {
  readonly userId: string;
  readonly kind: RoomKind;
  readonly roomTitle: string;
  readonly readUpTo: number;
  readonly count: number;
  /** Of the newest unread message; 0 when there is none. */
  readonly lastSequence: number;
  readonly authorName: string;
}

/** What each who is in a room now has not read, or this one only. */
export function findUnreadFacts(
  on: Queryable,
  asked: { readonly organizationId: string; readonly roomId: string; readonly userId: string | null },
): Promise<UnreadFacts[]> {
  return on.sql(
    `SELECT member.id AS "userId", room.kind, ${title} AS "roomTitle", coalesce(marker.up_to_sequence, 0) AS "readUpTo",
            unread.count, coalesce(unread.last, 0) AS "lastSequence", coalesce(author.display_name, '') AS "authorName"
       FROM (${ofAllKinds('participants')}) room
      CROSS JOIN LATERAL unnest(room.participants::uuid[]) AS member (id)
       LEFT JOIN chat_read_marker marker ON marker.user_id = member.id AND marker.room_id = room.id
      CROSS JOIN LATERAL (
            SELECT count(*)::int AS count, max(sequence) AS last,
                   (array_agg(author_id ORDER BY sequence DESC))[1] AS author_id
              FROM (SELECT sequence, author_id FROM chat_message message
                     WHERE message.room_id = room.id AND message.author_id <> member.id
                       AND message.deleted_at IS NULL AND message.sequence > coalesce(marker.up_to_sequence, 0)
                     ORDER BY sequence DESC LIMIT 100) AS newest) AS unread
       LEFT JOIN app_user author ON author.id = unread.author_id
      WHERE member.id = coalesce($3::uuid, member.id)`,
    asked.organizationId,
    [asked.roomId],
    asked.userId,
  );
}

/** Whether a later message of the room, of the same minute, will tell what this one would. */
export async function isToldByLater(
  on: Queryable,
  asked: { readonly organizationId: string; readonly roomId: string; readonly sequence: number },
): Promise<boolean> {
  const rows = await on.sql(
    `SELECT 1 AS found FROM chat_message m
       JOIN chat_message later ON later.room_id = m.room_id AND later.sequence > m.sequence AND later.deleted_at IS NULL
        AND date_trunc('minute', later.created_at) = date_trunc('minute', m.created_at)
      WHERE m.organization_id = $1::uuid AND m.room_id = $2::uuid AND m.sequence = $3::int LIMIT 1`,
    asked.organizationId,
    asked.roomId,
    asked.sequence,
  );
  return rows.length > 0;
}

/** A message as one whom it mentions is told of it. */
export interface MentionFacts {
  readonly userId: string;
  readonly kind: RoomKind;
  readonly roomTitle: string;
  readonly authorName: string;
  readonly sequence: number;
  /** Whether they have read so far. */
  readonly read: boolean;
}

/** Those whom a message mentions and who are in its room now, or this one only; nobody once it is deleted. */
export async function findMentionFacts(
  on: Queryable,
  asked: { readonly organizationId: string; readonly messageId: string; readonly userId: string | null },
): Promise<MentionFacts[]> {
  return on.sql(
    `SELECT mention.user_id AS "userId", ${kindOfMessage} AS kind, ${title} AS "roomTitle",
            author.display_name AS "authorName", m.sequence, coalesce(marker.up_to_sequence, 0) >= m.sequence AS read
       FROM chat_message m
       JOIN (${ofAllKinds('participants').replaceAll('$2::uuid[]', 'ARRAY(SELECT room_id FROM chat_message WHERE id = $2::uuid)')}) room ON room.id = m.room_id
       JOIN chat_mention mention ON mention.message_id = m.id AND mention.user_id::text = ANY (room.participants)
       JOIN app_user author ON author.id = m.author_id
       LEFT JOIN chat_read_marker marker ON marker.user_id = mention.user_id AND marker.room_id = m.room_id
      WHERE m.organization_id = $1::uuid AND m.id = $2::uuid AND m.deleted_at IS NULL
        AND mention.user_id = coalesce($3::uuid, mention.user_id)`,
    asked.organizationId,
    asked.messageId,
    asked.userId,
  );
}

/** A report of a message as an admin is told of it. */
export interface ReportFacts {
  readonly userId: string;
  readonly reason: ReportReason;
  readonly open: boolean;
}

/** A report for each admin of the school, or for this one only. */
export function findReportFacts(
  on: Queryable,
  asked: { readonly organizationId: string; readonly reportId: string; readonly userId: string | null },
): Promise<ReportFacts[]> {
  return on.sql(
    `SELECT admin.id AS "userId", r.reason::text AS reason, r.state = 'OPEN' AS open
       FROM message_report r
       JOIN app_user admin ON admin.organization_id = r.organization_id AND admin.role IN ('OWNER', 'ADMIN')
        AND admin.erased_at IS NULL
      WHERE r.organization_id = $1::uuid AND r.id = $2::uuid AND admin.id = coalesce($3::uuid, admin.id)`,
    asked.organizationId,
    asked.reportId,
    asked.userId,
  );
}

/** Removes what people were told of their being mentioned in these messages. */
export async function removeMentionNotices(on: Queryable, messageIds: readonly string[]): Promise<void> {
  await on.sql(
    `DELETE FROM notification n USING chat_mention mention
      WHERE mention.message_id = ANY ($1::uuid[]) AND n.user_id = mention.user_id
        AND n.source_key = 'message.mention:' || mention.message_id`,
    messageIds,
  );
}

/** A classroom as somebody is told of it who came into it or was removed. */
export interface ClassroomFacts {
  readonly classroomName: string;
  readonly byName: string;
  /** Whether they are in it now. */
  readonly member: boolean;
}

/** The present state of a classroom for this user; null when there is none. */
export async function findClassroomFacts(
  on: Queryable,
  asked: {
    readonly organizationId: string;
    readonly classroomId: string;
    readonly userId: string;
    readonly actorId: string | null;
  },
): Promise<ClassroomFacts | null> {
  const [facts] = await on.sql<ClassroomFacts>(
    `SELECT c.name AS "classroomName", coalesce(actor.display_name, '') AS "byName", EXISTS (
              SELECT FROM classroom_member m
               WHERE m.classroom_id = c.id AND m.user_id = $3::uuid AND m.left_at IS NULL) AS member
       FROM classroom c
       LEFT JOIN app_user actor ON actor.id = $4::uuid AND actor.organization_id = c.organization_id
      WHERE c.organization_id = $1::uuid AND c.id = $2::uuid`,
    asked.organizationId,
    asked.classroomId,
    asked.userId,
    asked.actorId,
  );
  return facts ?? null;
}
