import type { Queryable } from '../../platform/database/database.js';
import { groupBy } from '../../shared/group-by.js';
import type { AttendanceEvent } from './attendance.js';
import type { Lesson } from './lesson.js';

/** Who came and left, for each of the lessons that anybody came to. */
export async function findAttendance(
  on: Queryable,
  organizationIds: readonly string[],
  lessonIds: readonly string[],
): Promise<Map<string, AttendanceEvent[]>> {
  const rows = await on.sql<AttendanceEvent & { readonly lessonId: string }>(
    `SELECT lesson_id::text AS "lessonId", user_id::text AS "userId", session_id::text AS "sessionId", at, present
       FROM lesson_attendance
      WHERE organization_id = ANY ($1::uuid[]) AND lesson_id = ANY ($2::uuid[])
      ORDER BY at, present DESC`,
    organizationIds,
    lessonIds,
  );
  return groupBy(rows, ({ lessonId }) => lessonId);
}

/**
 * Writes that somebody came or left. Repeats are written too: what comes late may have happened between them. Of two
 * events of one millisecond the later one counts.
 */
export async function recordAttendance(
  tx: Queryable,
  lesson: Pick<Lesson, 'id' | 'organizationId'>,
  { userId, sessionId, at, present }: AttendanceEvent,
): Promise<void> {
  await tx.sql(
    `INSERT INTO lesson_attendance (lesson_id, organization_id, user_id, session_id, at, present)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6::boolean)
     ON CONFLICT (lesson_id, user_id, session_id, at) DO UPDATE SET present = EXCLUDED.present`,
    lesson.id,
    lesson.organizationId,
    userId,
    sessionId,
    at,
    present,
  );
}
