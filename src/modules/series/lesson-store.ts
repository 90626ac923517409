import { Temporal } from 'temporal-polyfill';
import type { Queryable } from '../../platform/database/database.js';
import type { LessonView } from '../lessons/lesson.js';
import { type LessonViewRow, lessonColumns, toLessonView } from '../lessons/store.js';
import type { LessonSeries } from './series.js';

/** The columns of a lesson that was just written: the end of its channel is not known before the append. */
const writtenColumns = `${lessonColumns}, NULL AS "lastSeq", NULL AS "lastTag"`;

/** A lesson of a series that is to be written. */
export interface NewSeriesLesson {
  readonly id: string;
  readonly position: number;
  readonly localStart: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/**
 * Inserts the lessons of a series in one statement, in their order, with the cancellation policy of their tutor as it is
 * now. Violates `lesson_tutor_no_overlap` or
 * `lesson_student_no_overlap` when a slot is taken.
 */
export async function insertSeriesLessons(
  tx: Queryable,
  series: LessonSeries,
  title: string,
  lessons: readonly NewSeriesLesson[],
  now: Date,
): Promise<LessonView[]> {
  const rows = await tx.sql<LessonViewRow>(
    `WITH inserted AS (
       INSERT INTO lesson (id, organization_id, tutor_id, student_id, title, starts_at, ends_at, status, series_id,
         series_position, series_local_start, cancellation_window_minutes, created_at, updated_at)
       SELECT given.id, $1::uuid, tutor.id, $3::uuid, $4::text, given."startsAt", given."endsAt", 'SCHEDULED', $5::uuid,
         given.position, given."localStart", tutor.cancellation_window_minutes, $7::timestamptz, $7::timestamptz
       FROM jsonb_to_recordset($6::text::jsonb) AS given (id uuid, position int, "localStart" timestamp,
         "startsAt" timestamptz, "endsAt" timestamptz)
       JOIN app_user tutor ON tutor.id = $2::uuid AND tutor.organization_id = $1::uuid
       RETURNING *
     )
     SELECT ${writtenColumns} FROM inserted l ORDER BY l.series_position`,
    series.organizationId,
    series.tutorId,
    series.studentId,
    title,
    series.id,
    JSON.stringify(lessons),
    now,
  );
  return rows.map(toLessonView);
}

/** A lesson in its place in a series. */
export interface SeriesLesson {
  readonly id: string;
  readonly version: number;
  readonly position: number;
  /** Where the series has it. */
  readonly local: Temporal.PlainDateTime;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** The lessons of a series from a position on that are scheduled and still to come; `always` is among them whenever it starts. */
export async function findComing(
  tx: Queryable,
  series: LessonSeries,
  from: { readonly position: number; readonly now: Date; readonly always: string },
): Promise<SeriesLesson[]> {
  const rows = await tx.sql<Omit<SeriesLesson, 'local'> & { local: string }>(
    `SELECT id::text AS id, version, series_position AS position, to_char(series_local_start, 'YYYY-MM-DD"T"HH24:MI') AS local,
       starts_at AS "startsAt", ends_at AS "endsAt"
     FROM lesson WHERE organization_id = $1::uuid AND series_id = $2::uuid AND series_position >= $3::int
       AND status = 'SCHEDULED' AND (starts_at > $4::timestamptz OR id = $5::uuid)
     ORDER BY series_position`,
    series.organizationId,
    series.id,
    from.position,
    from.now,
    from.always,
  );
  return rows.map((row) => ({ ...row, local: Temporal.PlainDateTime.from(row.local) }));
}

/** Whether a series has a lesson before a position, whatever became of it. */
export async function hasEarlier(tx: Queryable, series: LessonSeries, position: number): Promise<boolean> {
  const [row] = await tx.sql<{ found: boolean }>(
    `SELECT EXISTS (SELECT FROM lesson WHERE organization_id = $1::uuid AND series_id = $2::uuid
       AND series_position < $3::int) AS found`,
    series.organizationId,
    series.id,
    position,
  );
  return row?.found ?? false;
}

/** What a move makes of a lesson of a series. */
export interface Move {
  readonly id: string;
  /** The version that the move is based on. */
  readonly version: number;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly localStart: string;
  /** Whether its times become others. */
  readonly moved: boolean;
  /** Whether people can see a difference; if not, the version stays. */
  readonly changed: boolean;
}

/**
 * Moves lessons in one UPDATE, so that each may go where another one was, into a series with their positions counted
 * anew. Gives those that were as expected, in their order. Violates the two overlap constraints.
 */
export async function moveLessons(
  tx: Queryable,
  into: LessonSeries,
  moves: readonly Move[],
  positionsDown: number,
  now: Date,
): Promise<LessonView[]> {
  const rows = await tx.sql<LessonViewRow>(
    `WITH moved AS (
       UPDATE lesson SET starts_at = given."startsAt", ends_at = given."endsAt", series_id = $2::uuid,
         series_position = series_position - $4::int, series_local_start = given."localStart",
         version = lesson.version + given.changed::int,
         updated_at = CASE WHEN given.changed THEN $5::timestamptz ELSE updated_at END
       FROM jsonb_to_recordset($3::text::jsonb) AS given (id uuid, version int, "startsAt" timestamptz,
         "endsAt" timestamptz, "localStart" timestamp, changed boolean)
       WHERE lesson.id = given.id AND lesson.organization_id = $1::uuid AND lesson.status = 'SCHEDULED'
         AND lesson.version = given.version
       RETURNING lesson.*
     )
     SELECT ${writtenColumns} FROM moved l ORDER BY l.series_position`,
    into.organizationId,
    into.id,
    JSON.stringify(moves),
    positionsDown,
    now,
  );
  return rows.map(toLessonView);
}

/** Calls off scheduled lessons in one UPDATE; gives those that were as expected, in their order. */
export async function cancelLessons(
  tx: Queryable,
  organizationId: string,
  lessons: readonly SeriesLesson[],
  cancellation: { readonly byId: string; readonly at: Date; readonly reason: string | null },
): Promise<LessonView[]> {
  const rows = await tx.sql<LessonViewRow>(
    `WITH cancelled AS (
       UPDATE lesson SET status = 'CANCELLED', cancelled_by_id = $3::uuid, cancelled_at = $4::timestamptz,
         cancellation_reason = $5::text, version = lesson.version + 1, updated_at = $4::timestamptz,
         cancelled_late = starts_at - make_interval(mins => cancellation_window_minutes) < $4::timestamptz
       FROM jsonb_to_recordset($2::text::jsonb) AS given (id uuid, version int)
       WHERE lesson.id = given.id AND lesson.organization_id = $1::uuid AND lesson.status = 'SCHEDULED'
         AND lesson.version = given.version
       RETURNING lesson.*
     )
     SELECT ${writtenColumns} FROM cancelled l ORDER BY l.series_position`,
    organizationId,
    JSON.stringify(lessons.map(({ id, version }) => ({ id, version }))),
    cancellation.byId,
    cancellation.at,
    cancellation.reason,
  );
  return rows.map(toLessonView);
}

/** A slot that is taken. */
export interface Conflict {
  /** Which of the slots that were asked about, from 0. */
  readonly index: number;
  readonly whose: 'tutor' | 'student';
}

/** Which slots are taken by lessons of either person, other than these; in the order of the slots. */
export function findConflicts(
  tx: Queryable,
  people: { readonly organizationId: string; readonly tutorId: string; readonly studentId: string },
  slots: readonly { readonly startsAt: Date; readonly endsAt: Date }[],
  except: readonly string[],
): Promise<Conflict[]> {
  const ends = slots.map(({ endsAt }) => endsAt.getTime());
  const starts = slots.map(({ startsAt }) => startsAt.getTime());
  if (slots.length === 0) return Promise.resolve([]);
  // The bounds let the two indexes by start find the few lessons that can be in the way; none is longer than 8 hours.
  return tx.sql(
    `WITH slot AS (
       SELECT position - 1 AS index, "startsAt", "endsAt" FROM ROWS FROM (
         jsonb_to_recordset($4::text::jsonb) AS ("startsAt" timestamptz, "endsAt" timestamptz)
       ) WITH ORDINALITY AS s ("startsAt", "endsAt", position)
     ), taken AS (
       SELECT 'tutor' AS whose, id, starts_at, ends_at FROM lesson
        WHERE tutor_id = $2::uuid AND organization_id = $1::uuid AND status IN ('SCHEDULED', 'IN_PROGRESS')
          AND starts_at > $5::timestamptz - interval '8 hours' AND starts_at < $6::timestamptz
       UNION ALL
       SELECT 'student', id, starts_at, ends_at FROM lesson
        WHERE student_id = $3::uuid AND organization_id = $1::uuid AND status IN ('SCHEDULED', 'IN_PROGRESS')
          AND starts_at > $5::timestamptz - interval '8 hours' AND starts_at < $6::timestamptz
     )
     SELECT DISTINCT ON (slot.index) slot.index::int AS index, taken.whose
       FROM slot JOIN taken ON taken.starts_at < slot."endsAt" AND taken.ends_at > slot."startsAt"
      WHERE taken.id <> ALL ($7::uuid[])
      ORDER BY slot.index, taken.whose DESC`,
    people.organizationId,
    people.tutorId,
    people.studentId,
    JSON.stringify(slots.map(({ startsAt, endsAt }) => ({ startsAt, endsAt }))),
    new Date(Math.min(...starts)),
    new Date(Math.max(...ends)),
    except,
  );
}
