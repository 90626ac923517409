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
     ON CONFLICT (lesson_id, user_id, session_id, at) DO UPDATE SET present = EXCLUDED.present, lost = false`,
    lesson.id,
    lesson.organizationId,
    userId,
    sessionId,
    at,
    present,
  );
}

/** A device of somebody who follows a lesson. */
export interface Follower {
  readonly organizationId: string;
  readonly lessonId: string;
  readonly userId: string;
  readonly sessionId: string;
}

/** Writes that a device was cut off, if it was there. */
export function recordLoss(on: Queryable, follower: Follower, at: Date): Promise<void> {
  return recordIf(on, follower, at, { last: 'present', present: false });
}

/** Writes that a device is back, if the last that is known of it is that it was cut off, and the lesson is not over. */
export function recordReturn(on: Queryable, follower: Follower, at: Date): Promise<void> {
  return recordIf(on, follower, at, { last: 'lost', present: true });
}

async function recordIf(
  on: Queryable,
  { organizationId, lessonId, userId, sessionId }: Follower,
  at: Date,
  { last, present }: { readonly last: 'present' | 'lost'; readonly present: boolean },
): Promise<void> {
  await on.sql(
    `INSERT INTO lesson_attendance (lesson_id, organization_id, user_id, session_id, at, present, lost)
     SELECT lesson.id, lesson.organization_id, $3::uuid, $4::uuid, $5::timestamptz, $6::boolean, NOT $6::boolean
       FROM lesson
      WHERE lesson.organization_id = $1::uuid AND lesson.id = $2::uuid
        AND (NOT $6::boolean OR lesson.status IN ('SCHEDULED', 'IN_PROGRESS'))
        AND (SELECT known.${last} FROM lesson_attendance known
              WHERE known.lesson_id = lesson.id AND known.user_id = $3::uuid AND known.session_id = $4::uuid
              ORDER BY known.at DESC LIMIT 1)
     ON CONFLICT (lesson_id, user_id, session_id, at) DO UPDATE
       SET present = EXCLUDED.present, lost = EXCLUDED.lost`,
    organizationId,
    lessonId,
    userId,
    sessionId,
    at,
    present,
  );
}
