import type { Queryable } from '../../platform/database/database.js';
import type { LessonSeries } from './series.js';

const columns = `s.id::text AS id, s.organization_id::text AS "organizationId", s.tutor_id::text AS "tutorId",
  s.student_id::text AS "studentId", s.rrule, s.time_zone AS "timeZone",
  to_char(s.local_start, 'YYYY-MM-DD"T"HH24:MI') AS "localStart", s.duration_minutes AS "durationMinutes",
  s.occurrences, s.skipped`;

/** The series of the school with these ids, in no order. */
export function findSeries(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<LessonSeries[]> {
  return on.sql(
    `SELECT ${columns} FROM lesson_series s WHERE s.organization_id = $1::uuid AND s.id = ANY ($2::uuid[])`,
    organizationId,
    ids,
  );
}

/** The series that these lessons of the school belong to, by lesson; one statement. */
export async function findSeriesOfLessons(
  on: Queryable,
  organizationId: string,
  lessonIds: readonly string[],
): Promise<Map<string, LessonSeries>> {
  const rows = await on.sql<LessonSeries & { lessonId: string }>(
    `SELECT l.id::text AS "lessonId", ${columns} FROM lesson l JOIN lesson_series s ON s.id = l.series_id
     WHERE l.organization_id = $1::uuid AND l.id = ANY ($2::uuid[])`,
    organizationId,
    lessonIds,
  );
  return new Map(rows.map(({ lessonId, ...series }) => [lessonId, series]));
}

/** Inserts a series. */
export async function insertSeries(tx: Queryable, series: LessonSeries, now: Date): Promise<void> {
  await tx.sql(
    `INSERT INTO lesson_series (id, organization_id, tutor_id, student_id, rrule, time_zone, local_start,
       duration_minutes, occurrences, skipped, created_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::text::timestamp, $8::int, $9::int,
       $10::text[]::timestamptz[], $11::timestamptz)`,
    series.id,
    series.organizationId,
    series.tutorId,
    series.studentId,
    series.rrule,
    series.timeZone,
    series.localStart,
    series.durationMinutes,
    series.occurrences,
    series.skipped.map((start) => start.toISOString()),
    now,
  );
}

/** Writes what a move or a split makes different. */
export async function updateSeries(tx: Queryable, series: LessonSeries): Promise<void> {
  await tx.sql(
    `UPDATE lesson_series SET rrule = $3::text, local_start = $4::text::timestamp, duration_minutes = $5::int,
       occurrences = $6::int
     WHERE organization_id = $1::uuid AND id = $2::uuid`,
    series.organizationId,
    series.id,
    series.rrule,
    series.localStart,
    series.durationMinutes,
    series.occurrences,
  );
}

/** The place of a lesson of the school in its series; null when it has none. */
export async function findPlace(
  tx: Queryable,
  organizationId: string,
  lessonId: string,
): Promise<{ series: LessonSeries; position: number } | null> {
  const [row] = await tx.sql<LessonSeries & { position: number }>(
    `SELECT ${columns}, l.series_position AS position FROM lesson l JOIN lesson_series s ON s.id = l.series_id
     WHERE l.organization_id = $1::uuid AND l.id = $2::uuid`,
    organizationId,
    lessonId,
  );
  if (!row) return null;
  const { position, ...series } = row;
  return { series, position };
}
