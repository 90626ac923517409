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
