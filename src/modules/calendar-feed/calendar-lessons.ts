import type { LessonStatus } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import type { CalendarEvent } from '../../platform/icalendar/calendar.js';
import { encodeId } from '../../shared/ids.js';

/** A lesson as one of its parties has it in a calendar. */
interface CalendarLesson {
  readonly id: string;
  readonly title: string;
  readonly notes: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly status: LessonStatus;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The other party. */
  readonly withName: string;
}

/** What a feed shows: no more than this many lessons. */
const maxFeedLessons = 1_000;

/** Of lessons `l`, for the party $2 of the school $1. */
const selection = `SELECT l.id::text AS id, l.title, l.notes, l.starts_at AS "startsAt", l.ends_at AS "endsAt",
    l.status::text AS status, l.version, l.created_at AS "createdAt", l.updated_at AS "updatedAt",
    (SELECT display_name FROM app_user
      WHERE id = CASE $2::uuid WHEN l.tutor_id THEN l.student_id ELSE l.tutor_id END) AS "withName"`;

/** A person's lessons that start at or after `from`, by start: the first 1,000. One statement. */
export async function findFeedEvents(
  on: Queryable,
  organizationId: string,
  userId: string,
  from: Date,
): Promise<CalendarEvent[]> {
  const own = (column: string) =>
    `(SELECT * FROM lesson WHERE organization_id = $1::uuid AND ${column} = $2::uuid AND starts_at >= $3::timestamptz
      ORDER BY starts_at, id LIMIT ${maxFeedLessons})`;
  const rows = await on.sql<CalendarLesson>(
    `${selection} FROM (${own('tutor_id')} UNION ALL ${own('student_id')}) l
     ORDER BY l.starts_at, l.id LIMIT ${maxFeedLessons}`,
    organizationId,
    userId,
    from,
  );
  return rows.map(eventOf);
}

/** One lesson, or the lessons of a series, for a party of theirs; none to anyone else. One statement. */
export async function findSubjectEvents(
  on: Queryable,
  asked: {
    readonly organizationId: string;
    readonly userId: string;
    readonly kind: 'lesson' | 'series';
    readonly subjectId: string;
  },
): Promise<CalendarEvent[]> {
  const rows = await on.sql<CalendarLesson>(
    `${selection} FROM lesson l
     WHERE l.organization_id = $1::uuid AND $2::uuid IN (l.tutor_id, l.student_id)
       AND l.${asked.kind === 'lesson' ? 'id' : 'series_id'} = $3::uuid
     ORDER BY l.starts_at, l.id`,
    asked.organizationId,
    asked.userId,
    asked.subjectId,
  );
  return rows.map(eventOf);
}

/** What a subscriber is not shown any more would be gone without a word, so whatever will not be held is cancelled. */
const statuses: Readonly<Record<LessonStatus, CalendarEvent['status']>> = {
  REQUESTED: 'TENTATIVE',
  SCHEDULED: 'CONFIRMED',
  IN_PROGRESS: 'CONFIRMED',
  COMPLETED: 'CONFIRMED',
  NO_SHOW: 'CONFIRMED',
  CANCELLED: 'CANCELLED',
  DECLINED: 'CANCELLED',
  EXPIRED: 'CANCELLED',
};

function eventOf(lesson: CalendarLesson): CalendarEvent {
  const { startsAt, endsAt, createdAt, updatedAt } = lesson;
  return {
    uid: `${encodeId('lesson', lesson.id)}@lectern`,
    sequence: lesson.version,
    status: statuses[lesson.status],
    summary: `${lesson.title} (${lesson.withName})`,
    description: lesson.notes,
    startsAt,
    endsAt,
    createdAt,
    updatedAt,
  };
}
