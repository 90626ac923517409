import type { LessonStatus, NoShowParty } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import { lessonChannel } from './events.js';
import type { Lesson, LessonView } from './lesson.js';

/** A row of `lesson` as our statements select it. */
interface LessonRow extends Omit<Lesson, 'cancellation'> {
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
  l.created_at AS "createdAt", l.updated_at AS "updatedAt"`;

/** The columns that `LessonViewRow` has beyond, and the join that they come from: in one snapshot with the lesson. */
export const channelColumns = 'c.last_seq::float8 AS "lastSeq", c.last_tag::text AS "lastTag"';
export const channelJoin = `LEFT JOIN channel c ON c.id = 'lesson:' || l.id::text`;

function toLesson(row: LessonRow): Lesson {
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
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function toLessonView(row: LessonViewRow): LessonView {
  const eventCursor = { channel: lessonChannel(row.id), seq: row.lastSeq ?? 0, tag: row.lastTag ?? '0' };
  return { ...toLesson(row), eventCursor };
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
type NewLesson = Pick<
  Lesson,
  'id' | 'organizationId' | 'tutorId' | 'studentId' | 'title' | 'notes' | 'startsAt' | 'endsAt' | 'status'
>;

/** Inserts a lesson at version 1. Violates `lesson_tutor_no_overlap` or `lesson_student_no_overlap` when a slot is taken. */
export async function insertLesson(tx: Queryable, lesson: NewLesson, now: Date): Promise<Lesson> {
  const [row] = await tx.sql<LessonRow>(
    `INSERT INTO lesson AS l
       (id, organization_id, tutor_id, student_id, title, notes, starts_at, ends_at, status, created_at, updated_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::timestamptz, $8::timestamptz,
       $9::lesson_status, $10::timestamptz, $10::timestamptz)
     RETURNING ${lessonColumns}`,
    lesson.id,
    lesson.organizationId,
    lesson.tutorId,
    lesson.studentId,
    lesson.title,
    lesson.notes,
    lesson.startsAt,
    lesson.endsAt,
    lesson.status,
    now,
  );
  return toLesson(row as LessonRow);
}

/** What a change may give a lesson. */
export type LessonState = Pick<
  Lesson,
  'title' | 'notes' | 'startsAt' | 'endsAt' | 'status' | 'cancellation' | 'noShowParty'
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
       no_show_party = $14::no_show_party, version = l.version + 1, updated_at = $15::timestamptz
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
    now,
  );
  return row ? toLesson(row) : null;
}

/** Cancels every lesson of a person that is asked for, booked or under way; gives their ids. */
export async function cancelOpenLessons(
  on: Queryable,
  organizationId: string,
  userId: string,
  now: Date,
): Promise<string[]> {
  const rows = await on.sql<{ id: string }>(
    `UPDATE lesson SET status = 'CANCELLED', version = version + 1, cancelled_by_id = $2::uuid,
       cancelled_at = $3::timestamptz, cancelled_late = false, updated_at = $3::timestamptz
     WHERE organization_id = $1::uuid AND (tutor_id = $2::uuid OR student_id = $2::uuid)
       AND status IN ('REQUESTED', 'SCHEDULED', 'IN_PROGRESS') RETURNING id::text AS id`,
    organizationId,
    userId,
    now,
  );
  return rows.map(({ id }) => id);
}
