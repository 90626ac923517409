import type { LessonStatus, NoShowParty, RelationStatus } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';

/** A lesson as one of its parties is told of it. */
export interface LessonFacts {
  readonly title: string;
  readonly status: LessonStatus;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly withName: string;
  /** The actor's, when it is neither party. */
  readonly byName: string | null;
  readonly reason: string | null;
  readonly noShowParty: NoShowParty | null;
  /** Whether it has not begun, by the database's clock, as everything in the queue. */
  readonly upcoming: boolean;
}

/** The present state of a lesson for this party; null when there is none, or the user is no party of it. */
export async function findLessonFacts(
  on: Queryable,
  asked: {
    readonly organizationId: string;
    readonly lessonId: string;
    readonly userId: string;
    readonly actorId: string | null;
  },
): Promise<LessonFacts | null> {
  const [facts] = await on.sql<LessonFacts>(
    `SELECT lesson.title, lesson.status::text AS status, lesson.starts_at AS "startsAt", lesson.ends_at AS "endsAt",
            other.display_name AS "withName", lesson.cancellation_reason AS reason,
            lesson.no_show_party::text AS "noShowParty", lesson.starts_at > now() AS upcoming,
            CASE WHEN actor.id NOT IN (lesson.tutor_id, lesson.student_id) THEN actor.display_name END AS "byName"
       FROM lesson
       JOIN app_user other ON other.id = CASE $3::uuid WHEN lesson.tutor_id THEN lesson.student_id
                                                       WHEN lesson.student_id THEN lesson.tutor_id END
       LEFT JOIN app_user actor ON actor.id = $4::uuid AND actor.organization_id = lesson.organization_id
      WHERE lesson.organization_id = $1::uuid AND lesson.id = $2::uuid`,
    asked.organizationId,
    asked.lessonId,
    asked.userId,
    asked.actorId,
  );
  return facts ?? null;
}

/** An invitation as the student is told of it. */
export interface InvitationFacts {
  readonly status: RelationStatus;
  readonly tutorName: string;
  readonly note: string | null;
}

/** The present state of a relation for its student; null when there is none. */
export async function findInvitationFacts(
  on: Queryable,
  asked: { readonly organizationId: string; readonly relationId: string; readonly userId: string },
): Promise<InvitationFacts | null> {
  const [facts] = await on.sql<InvitationFacts>(
    `SELECT relation.status::text AS status, tutor.display_name AS "tutorName", relation.note
       FROM tutor_student_relation relation JOIN app_user tutor ON tutor.id = relation.tutor_id
      WHERE relation.organization_id = $1::uuid AND relation.id = $2::uuid AND relation.student_id = $3::uuid`,
    asked.organizationId,
    asked.relationId,
    asked.userId,
  );
  return facts ?? null;
}

/** What a member of a room has not read: others' undeleted messages past the read marker, counted to 100. */
export interface UnreadFacts {
  readonly userId: string;
  readonly roomTitle: string;
  readonly readUpTo: number;
  readonly count: number;
  /** Of the newest unread message; 0 when there is none. */
  readonly lastSequence: number;
  readonly authorName: string;
}

/** What each member of a room has not read, or this member only. Nobody when the tutor does not teach the student any more. */
export function findUnreadFacts(
  on: Queryable,
  asked: { readonly organizationId: string; readonly roomId: string; readonly userId: string | null },
): Promise<UnreadFacts[]> {
  return on.sql(
    `SELECT member.id AS "userId", lesson.title AS "roomTitle", coalesce(marker.up_to_sequence, 0) AS "readUpTo",
            unread.count, coalesce(unread.last, 0) AS "lastSequence", coalesce(author.display_name, '') AS "authorName"
       FROM lesson
      CROSS JOIN LATERAL (VALUES (lesson.tutor_id), (lesson.student_id)) AS member (id)
       LEFT JOIN chat_read_marker marker ON marker.user_id = member.id AND marker.room_id = lesson.id
      CROSS JOIN LATERAL (
            SELECT count(*)::int AS count, max(sequence) AS last,
                   (array_agg(author_id ORDER BY sequence DESC))[1] AS author_id
              FROM (SELECT sequence, author_id FROM chat_message message
                     WHERE message.room_id = lesson.id AND message.author_id <> member.id
                       AND message.deleted_at IS NULL AND message.sequence > coalesce(marker.up_to_sequence, 0)
                     ORDER BY sequence DESC LIMIT 100) AS newest) AS unread
       LEFT JOIN app_user author ON author.id = unread.author_id
      WHERE lesson.organization_id = $1::uuid AND lesson.id = $2::uuid
        AND member.id = coalesce($3::uuid, member.id)
        AND EXISTS (SELECT FROM tutor_student_relation relation
                     WHERE relation.tutor_id = lesson.tutor_id AND relation.student_id = lesson.student_id
                       AND relation.status = 'ACTIVE')`,
    asked.organizationId,
    asked.roomId,
    asked.userId,
  );
}
