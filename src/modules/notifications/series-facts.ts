import type { Queryable } from '../../platform/database/database.js';

/** A series as one of its parties is told of it. */
export interface SeriesFacts {
  /** Of the lesson that the news begins with. */
  readonly title: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly reason: string | null;
  readonly withName: string;
  /** The actor's, when it is neither party. */
  readonly byName: string | null;
  /** How many lessons of the series are scheduled. */
  readonly scheduled: number;
}

/** The present state of a series for this party; null when there is none, or the user is no party of it. */
export async function findSeriesFacts(
  on: Queryable,
  asked: {
    readonly organizationId: string;
    readonly seriesId: string;
    /** The lesson that the news begins with; null for any. */
    readonly lessonId: string | null;
    readonly userId: string;
    readonly actorId: string | null;
  },
): Promise<SeriesFacts | null> {
  const [facts] = await on.sql<SeriesFacts>(
    `SELECT lesson.title, lesson.starts_at AS "startsAt", lesson.ends_at AS "endsAt",
            lesson.cancellation_reason AS reason, other.display_name AS "withName",
            CASE WHEN actor.id NOT IN (series.tutor_id, series.student_id) THEN actor.display_name END AS "byName",
            (SELECT count(*)::int FROM lesson one WHERE one.series_id = series.id AND one.status = 'SCHEDULED')
              AS scheduled
       FROM lesson_series series
       JOIN LATERAL (SELECT * FROM lesson WHERE lesson.series_id = series.id
                      ORDER BY lesson.id = $3::uuid DESC NULLS LAST, lesson.series_position LIMIT 1) lesson ON true
       JOIN app_user other ON other.id = CASE $4::uuid WHEN series.tutor_id THEN series.student_id
                                                       WHEN series.student_id THEN series.tutor_id END
       LEFT JOIN app_user actor ON actor.id = $5::uuid AND actor.organization_id = series.organization_id
      WHERE series.organization_id = $1::uuid AND series.id = $2::uuid`,
    asked.organizationId,
    asked.seriesId,
    asked.lessonId,
    asked.userId,
    asked.actorId,
  );
  return facts ?? null;
}
