import type { LessonStatus, NoShowParty } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import { lessonChannel } from './events.js';
import type { Lesson, LessonView } from './lesson.js';

/** A row of `lesson` as our statements select it. */
export interface LessonRow extends Omit<Lesson, 'cancellation'> {
  readonly status: LessonStatus;
  readonly noShowParty: NoShowParty | null;
  readonly cancelledById: string | null;
  readonly cancelledAt: Date | null;
  readonly cancellationReason: string | null;
  readonly cancelledLate: boolean | null;
}

/** A lesson's row with the end of its channel; nulls when nothing was ever appended. */
export interface LessonViewRow extends LessonRow {
  readonly lastSeq: number | null;
  readonly lastTag: string | null;
}

/** The columns of `LessonRow`, of a lesson that is called `l`. */
export const lessonColumns = `l.id::text AS id, l.organization_id::text AS "organizationId",
  l.tutor_id::text AS "tutorId", l.student_id::text AS "studentId", l.title, l.notes,
  l.starts_at AS "startsAt", l.ends_at AS "endsAt", l.status::text AS status, l.version,
  l.cancellation_window_minutes AS "cancellationWindowMinutes", l.cancelled_by_id::text AS "cancelledById",
  l.cancelled_at AS "cancelledAt", l.cancellation_reason AS "cancellationReason",
  l.cancelled_late AS "cancelledLate", l.no_show_party::text AS "noShowParty",
  l.outcome_at AS "outcomeAt",
  l.created_at AS "createdAt", l.updated_at AS "updatedAt"`;

/** The columns that `LessonViewRow` has beyond, and the join that they come from: in one snapshot with the lesson. */
export const channelColumns = 'c.last_seq::float8 AS "lastSeq", c.last_tag::text AS "lastTag"';
export const channelJoin = `LEFT JOIN channel c ON c.id = 'lesson:' || l.id::text`;

export function toLesson(row: LessonRow): Lesson {
  const { cancelledById, cancelledAt, cancellationReason, cancelledLate } = row;
  return {
    id: row.id,
    organizationId: row.organizationId,
    tutorId: row.tutorId,
    studentId: row.studentId,
    title: row.title,
    notes: row.notes,
    startsAt: row.startsAt,
    endsAt: row.endsAt,
    status: row.status,
    version: row.version,
    cancellationWindowMinutes: row.cancellationWindowMinutes,
    cancellation:
      cancelledById && cancelledAt
        ? { byId: cancelledById, at: cancelledAt, reason: cancellationReason, late: cancelledLate ?? false }
        : null,
    noShowParty: row.noShowParty,
    outcomeAt: row.outcomeAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function toLessonView(row: LessonViewRow): LessonView {
  const eventCursor = { channel: lessonChannel(row.id), seq: row.lastSeq ?? 0, tag: row.lastTag ?? '0' };
  return Object.assign(toLesson(row), { eventCursor });
}

/** The lessons of the school with these ids, in no order. */
export async function findLessons(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<LessonView[]> {
  const rows = await on.sql<LessonViewRow>(
    `SELECT ${lessonColumns}, ${channelColumns} FROM lesson l ${channelJoin}
     WHERE l.organization_id = $1::uuid AND l.id = ANY ($2::uuid[])`,
    organizationId,
    ids,
  );
  return rows.map(toLessonView);
}

/** One lesson of the school, or null. */
export async function findLesson(
  on: Queryable,
  organizationId: string,
  id: string,
): Promise<LessonView | null> {
  const [lesson] = await findLessons(on, organizationId, [id]);
  return lesson ?? null;
}

/** What a new lesson is made of. */
export type NewLesson = Pick<
  Lesson,
  'id' | 'organizationId' | 'tutorId' | 'studentId' | 'title' | 'notes' | 'startsAt' | 'endsAt' | 'status'
> & { readonly batchId?: string };

/**
 * Inserts lessons at version 1, in their order, with the cancellation policy of their tutor as it is now. Violates
 * `lesson_tutor_no_overlap` or `lesson_student_no_overlap` when a slot is taken.
 */
export async function insertLessons(
  tx: Queryable,
  lessons: readonly NewLesson[],
  now: Date,
): Promise<Lesson[]> {
  const rows = await tx.sql<LessonRow>(
    `INSERT INTO lesson AS l (id, organization_id, tutor_id, student_id, title, notes, starts_at, ends_at, status,
       batch_id, cancellation_window_minutes, created_at, updated_at)
     SELECT given.id, tutor.organization_id, tutor.id, given."studentId", given.title, given.notes, given."startsAt",
            given."endsAt", given.status, given."batchId", tutor.cancellation_window_minutes, $2::timestamptz, $2::timestamptz
       FROM jsonb_to_recordset($1::jsonb) AS given (id uuid, "organizationId" uuid, "tutorId" uuid, "studentId" uuid,
              title text, notes text, "startsAt" timestamptz, "endsAt" timestamptz, status lesson_status, "batchId" uuid)
       JOIN app_user tutor ON tutor.id = given."tutorId" AND tutor.organization_id = given."organizationId"
     RETURNING ${lessonColumns}`,
    JSON.stringify(lessons),
    now,
  );
  const byId = new Map(rows.map((row) => [row.id, toLesson(row)]));
  return lessons.flatMap(({ id }) => byId.get(id) ?? []);
}

/** What a change may give a lesson. */
export type LessonState = Pick<
  Lesson,
  'title' | 'notes' | 'startsAt' | 'endsAt' | 'status' | 'cancellation' | 'noShowParty' | 'outcomeAt'
>;

/** Writes a lesson's new state, one version on. Null when it is no longer in the status and version of `before`. */
export async function saveLesson(
  tx: Queryable,
  before: Lesson,
  after: LessonState,
  now: Date,
): Promise<Lesson | null> {
  const [row] = await tx.sql<LessonRow>(
    `UPDATE lesson AS l SET title = $5::text, notes = $6::text, starts_at = $7::timestamptz,
       ends_at = $8::timestamptz, status = $9::lesson_status, cancelled_by_id = $10::uuid,
       cancelled_at = $11::timestamptz, cancellation_reason = $12::text, cancelled_late = $13::boolean,
       no_show_party = $14::no_show_party, outcome_at = $15::timestamptz, version = l.version + 1,
       updated_at = $16::timestamptz
     WHERE l.id = $1::uuid AND l.organization_id = $2::uuid AND l.status = $3::lesson_status AND l.version = $4::int
     RETURNING ${lessonColumns}`,
    before.id,
    before.organizationId,
    before.status,
    before.version,
    after.title,
    after.notes,
    after.startsAt,
    after.endsAt,
    after.status,
    after.cancellation?.byId ?? null,
    after.cancellation?.at ?? null,
    after.cancellation?.reason ?? null,
    after.cancellation?.late ?? null,
    after.noShowParty,
    after.outcomeAt,
    now,
  );
  return row ? toLesson(row) : null;
}

/** Locks the lessons of a person that are asked for, booked or under way, and gives their ids. */
export async function holdOpenLessons(
  tx: Queryable,
  organizationId: string,
  userId: string,
): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>(
    `SELECT id::text AS id FROM lesson WHERE organization_id = $1::uuid AND (tutor_id = $2::uuid OR student_id = $2::uuid)
       AND status IN ('REQUESTED', 'SCHEDULED', 'IN_PROGRESS') ORDER BY id FOR UPDATE`,
    organizationId,
    userId,
  );
  return rows.map(({ id }) => id);
}

/** Cancels lessons that are held, on behalf of the one who leaves: never late. */
export async function cancelLessons(
  tx: Queryable,
  organizationId: string,
  ids: readonly string[],
  by: { readonly userId: string; readonly now: Date },
): Promise<void> {
  await tx.sql(
    `UPDATE lesson SET status = 'CANCELLED', version = version + 1, cancelled_by_id = $3::uuid,
       cancelled_at = $4::timestamptz, cancelled_late = false, updated_at = $4::timestamptz
     WHERE organization_id = $1::uuid AND id = ANY ($2::uuid[])`,
    organizationId,
    ids,
    by.userId,
    by.now,
  );
}

/** Whose lesson is in the way of a slot: the first found of the tutor's and the student's, or null when it is free. */
export async function whoIsBusy(
  tx: Queryable,
  slot: Pick<Lesson, 'organizationId' | 'tutorId' | 'studentId' | 'startsAt' | 'endsAt'>,
): Promise<'tutor' | 'student' | null> {
  const busy = (column: 'tutor_id' | 'student_id', id: string) => `EXISTS (
    SELECT FROM lesson l WHERE l.organization_id = $1::uuid AND l.${column} = ${id}::uuid
       AND tstzrange(l.starts_at, l.ends_at, '[)') && tstzrange($4::timestamptz, $5::timestamptz, '[)')
       AND l.status IN ('SCHEDULED', 'IN_PROGRESS'))`;
  const [row] = await tx.sql<{ tutor: boolean; student: boolean }>(
    `SELECT ${busy('tutor_id', '$2')} AS tutor, ${busy('student_id', '$3')} AS student`,
    slot.organizationId,
    slot.tutorId,
    slot.studentId,
    slot.startsAt,
    slot.endsAt,
  );
  return row?.tutor ? 'tutor' : row?.student ? 'student' : null;
}
