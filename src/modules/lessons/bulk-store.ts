import type { Queryable } from '../../platform/database/database.js';
import type { LessonView } from './lesson.js';
import {
  channelColumns,
  channelJoin,
  type LessonViewRow,
  lessonColumns,
  type NewLesson,
  toLessonView,
} from './store.js';

/** That a lesson of an input cannot be where it is wanted. */
export interface Clash {
  readonly index: number;
  readonly whose: 'tutor' | 'student';
  /** An earlier lesson of the same input that is in the way; null for one that is booked. */
  readonly withIndex: number | null;
}

/** The lessons of one tutor's input that meet a booked one of the tutor's or the student's, or an earlier one of the input. */
export function findClashes(
  tx: Queryable,
  organizationId: string,
  lessons: readonly NewLesson[],
): Promise<Clash[]> {
  const given = lessons
    .map(({ tutorId, studentId, startsAt, endsAt }, index) => ({
      index,
      tutorId,
      studentId,
      startsAt,
      endsAt,
    }))
    // A range must not end before it begins; such a lesson is refused for that.
    .filter(({ startsAt, endsAt }) => startsAt < endsAt);
  const booked = (whose: 'tutor' | 'student') => `
    SELECT given.index, '${whose}' AS whose, NULL::int AS "withIndex" FROM given
     WHERE EXISTS (SELECT FROM lesson l WHERE l.organization_id = $1::uuid AND l.${whose}_id = given."${whose}Id"
             AND tstzrange(l.starts_at, l.ends_at, '[)') && given.slot AND l.status IN ('SCHEDULED', 'IN_PROGRESS'))`;
  return tx.sql(
    `WITH given AS (
       SELECT index, "tutorId", "studentId", tstzrange("startsAt", "endsAt", '[)') AS slot
         FROM jsonb_to_recordset($2::jsonb) AS g (index int, "tutorId" uuid, "studentId" uuid,
                "startsAt" timestamptz, "endsAt" timestamptz)
     )
     ${booked('tutor')} UNION ALL ${booked('student')} UNION ALL
     SELECT given.index, 'tutor', min(earlier.index) FROM given
       JOIN given earlier ON earlier.index < given.index AND earlier.slot && given.slot GROUP BY given.index`,
    organizationId,
    JSON.stringify(given),
  );
}

/** The lessons that were booked together, in the order of their input. */
export async function findBatch(
  on: Queryable,
  organizationId: string,
  batchId: string,
): Promise<LessonView[]> {
  const rows = await on.sql<LessonViewRow>(
    // Ids rise in the order in which they were made.
    `SELECT ${lessonColumns}, ${channelColumns} FROM lesson l ${channelJoin}
      WHERE l.organization_id = $1::uuid AND l.batch_id = $2::uuid ORDER BY l.id`,
    organizationId,
    batchId,
  );
  return rows.map(toLessonView);
}
