import type { Queryable } from '../../platform/database/database.js';
import type { Availability, DateException, Span, WeeklyWindow } from './availability.js';

/** A tutor's time as one viewer asks for it. */
export interface TutorTime extends Availability {
  /** Whether the tutor has an active relation with the viewer. */
  readonly teachesViewer: boolean;
  /** The lessons that overlap the time that was asked for. */
  readonly booked: readonly Span[];
}

/** Whose time is asked for. */
interface TutorQuestion {
  readonly organizationId: string;
  readonly tutorId: string;
  /** Who asks; null for the system. */
  readonly viewerId: string | null;
  /** The time whose lessons are read; null reads none. */
  readonly period: { readonly from: Date; readonly to: Date } | null;
}

/** When a tutor of the school teaches and what is booked, in one statement; null when there is no such tutor. */
export async function findTutorTime(on: Queryable, question: TutorQuestion): Promise<TutorTime | null> {
  const { organizationId, tutorId, viewerId, period } = question;
  // No lesson is longer than 8 hours, so the index by start finds those that reach into the period.
  const [row] = await on.sql<TutorTime>(
    `SELECT tutor.time_zone AS "timeZone",
       EXISTS (SELECT FROM tutor_student_relation relation WHERE relation.organization_id = $1::uuid
         AND relation.tutor_id = tutor.id AND relation.student_id = $3::uuid AND relation.status = 'ACTIVE')
         AS "teachesViewer",
       (SELECT coalesce(json_agg(json_build_object('weekday', weekday, 'fromMinute', from_minute, 'toMinute', to_minute)
           ORDER BY weekday, from_minute), '[]')
         FROM availability_window WHERE organization_id = $1::uuid AND tutor_id = tutor.id) AS windows,
       (SELECT coalesce(json_agg(json_build_object('date', date::text, 'fromMinute', from_minute, 'toMinute', to_minute,
           'available', available) ORDER BY date, from_minute, available), '[]')
         FROM availability_exception WHERE organization_id = $1::uuid AND tutor_id = tutor.id) AS exceptions,
       (SELECT coalesce(json_agg(json_build_object('start', floor(extract(epoch FROM starts_at) * 1000),
           'end', ceil(extract(epoch FROM ends_at) * 1000)) ORDER BY starts_at), '[]')
         FROM lesson WHERE tutor_id = $2::uuid AND organization_id = $1::uuid
           AND starts_at >= $4::timestamptz - interval '8 hours' AND starts_at < $5::timestamptz
           AND ends_at > $4::timestamptz AND status IN ('SCHEDULED', 'IN_PROGRESS')) AS booked
     FROM app_user tutor
     WHERE tutor.organization_id = $1::uuid AND tutor.id = $2::uuid AND tutor.role = 'TUTOR'`,
    organizationId,
    tutorId,
    viewerId,
    period?.from ?? null,
    period?.to ?? null,
  );
  return row ?? null;
}

/** Puts a tutor's weekly windows in the place of those that were. */
export async function replaceWindows(
  tx: Queryable,
  organizationId: string,
  tutorId: string,
  windows: readonly WeeklyWindow[],
): Promise<void> {
  await tx.sql(
    'DELETE FROM availability_window WHERE organization_id = $1::uuid AND tutor_id = $2::uuid',
    organizationId,
    tutorId,
  );
  await tx.sql(
    `INSERT INTO availability_window (organization_id, tutor_id, weekday, from_minute, to_minute)
     SELECT $1::uuid, $2::uuid, weekday, "fromMinute", "toMinute"
     FROM jsonb_to_recordset($3::jsonb) AS given (weekday smallint, "fromMinute" smallint, "toMinute" smallint)`,
    organizationId,
    tutorId,
    JSON.stringify(windows),
  );
}

/** Puts a tutor's exceptions in the place of those that were. */
export async function replaceExceptions(
  tx: Queryable,
  organizationId: string,
  tutorId: string,
  exceptions: readonly DateException[],
): Promise<void> {
  await tx.sql(
    'DELETE FROM availability_exception WHERE organization_id = $1::uuid AND tutor_id = $2::uuid',
    organizationId,
    tutorId,
  );
  await tx.sql(
    `INSERT INTO availability_exception (organization_id, tutor_id, date, from_minute, to_minute, available)
     SELECT $1::uuid, $2::uuid, date, "fromMinute", "toMinute", available
     FROM jsonb_to_recordset($3::jsonb)
       AS given (date date, "fromMinute" smallint, "toMinute" smallint, available boolean)`,
    organizationId,
    tutorId,
    JSON.stringify(exceptions),
  );
}
