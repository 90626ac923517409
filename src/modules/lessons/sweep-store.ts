import type { LessonStatus, NoShowParty } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import type { Lesson } from './lesson.js';
import { type LessonRow, lessonColumns, toLesson } from './store.js';

/** A lesson that the clock ends, and how. */
export interface Ending {
  readonly lesson: Lesson;
  readonly status: LessonStatus;
  readonly noShowParty: NoShowParty | null;
}

/**
 * Locks up to `limit` lessons of all schools that are overdue at `now`, with their people first, as all writers do.
 * What another transaction holds is left out, so this waits for nobody and nobody deadlocks with it.
 */
export async function lockOverdue(tx: Queryable, now: Date, limit: number): Promise<Lesson[]> {
  const people = 'SELECT id, tutor_id, student_id FROM lesson';
  const due = `SELECT id::text AS id, tutor_id::text AS "tutorId", student_id::text AS "studentId" FROM (
      (${people} WHERE status IN ('SCHEDULED', 'IN_PROGRESS')
          AND ends_at <= $1::timestamptz - interval '30 minutes' ORDER BY ends_at, id LIMIT $2::int)
      UNION
      (${people} WHERE status = 'REQUESTED' AND starts_at <= $1::timestamptz ORDER BY starts_at, id LIMIT $2::int)
      UNION
      (${people} WHERE status = 'REQUESTED' AND created_at <= $1::timestamptz - interval '48 hours'
        ORDER BY created_at, id LIMIT $2::int)) due LIMIT $2::int`;
  const candidates = await tx.sql<Pick<Lesson, 'id' | 'tutorId' | 'studentId'>>(due, now, limit);
  if (candidates.length === 0) return [];
  const locked = await tx.sql<{ id: string }>(
    'SELECT id::text AS id FROM app_user WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED',
    [...new Set(candidates.flatMap((one) => [one.tutorId, one.studentId]))],
  );
  const rows = await tx.sql<LessonRow>(
    `SELECT ${lessonColumns} FROM lesson l
      WHERE l.id = ANY ($1::uuid[]) AND l.tutor_id = ANY ($2::uuid[]) AND l.student_id = ANY ($2::uuid[])
        AND l.status IN ('REQUESTED', 'SCHEDULED', 'IN_PROGRESS') ORDER BY l.id FOR NO KEY UPDATE SKIP LOCKED`,
    candidates.map(({ id }) => id),
    locked.map(({ id }) => id),
  );
  return rows.map(toLesson);
}

/** Writes the ends, each one version on; those that are no longer in their status and version are left out. */
export async function saveEndings(tx: Queryable, endings: readonly Ending[], now: Date): Promise<Lesson[]> {
  const given = endings.map(({ lesson, status, noShowParty }) => ({
    id: lesson.id,
    organizationId: lesson.organizationId,
    before: lesson.status,
    version: lesson.version,
    status,
    noShowParty,
  }));
  const rows = await tx.sql<LessonRow>(
    `UPDATE lesson AS l SET status = given.status, no_show_party = given."noShowParty", version = l.version + 1,
       outcome_at = CASE WHEN given.status = 'EXPIRED' THEN NULL ELSE $2::timestamptz END, updated_at = $2::timestamptz
     FROM jsonb_to_recordset($1::jsonb) AS given (id uuid, "organizationId" uuid, before lesson_status, version int,
            status lesson_status, "noShowParty" no_show_party)
     WHERE l.id = given.id AND l.organization_id = given."organizationId" AND l.status = given.before
       AND l.version = given.version
     RETURNING ${lessonColumns}`,
    JSON.stringify(given),
    now,
  );
  return rows.map(toLesson);
}
