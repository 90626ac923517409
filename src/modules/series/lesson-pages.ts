import type { Queryable } from '../../platform/database/database.js';
import { type Page, toConnection } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import { userLessonsChannel } from '../lessons/events.js';
import type { LessonPage } from '../lessons/lesson.js';
import {
  channelColumns,
  channelJoin,
  type LessonViewRow,
  lessonColumns,
  toLessonView,
} from '../lessons/store.js';

/** A page of the lessons of one series, forward. */
export interface SeriesPage {
  readonly seriesId: string;
  readonly page: Page;
}

interface PageRow extends Omit<LessonViewRow, 'id'> {
  /** Null in the one row of an empty page. */
  readonly id: string | null;
  /** Which of the pages. */
  readonly index: number;
  readonly headSeq: number | null;
  readonly headTag: string | null;
}

/** Pages of lessons by start and id, with the position in the viewer's lesson channel that they cover: one statement. */
export async function pagesOfSeries(
  on: Queryable,
  viewer: Viewer,
  pages: readonly SeriesPage[],
): Promise<LessonPage[]> {
  const channel = userLessonsChannel(viewer.userId);
  const rows = await on.sql<PageRow>(
    `SELECT ask.index::int - 1 AS index, head.last_seq::float8 AS "headSeq", head.last_tag::text AS "headTag",
       ${lessonColumns}, ${channelColumns}
     FROM unnest($3::uuid[], $4::timestamptz[], $5::uuid[], $6::int[])
       WITH ORDINALITY AS ask (series_id, after_start, after_id, rows, index)
     LEFT JOIN channel head ON head.id = $2::text
     LEFT JOIN LATERAL (
       SELECT * FROM lesson WHERE organization_id = $1::uuid AND series_id = ask.series_id
         AND (ask.after_id IS NULL OR (starts_at, id) > (ask.after_start, ask.after_id))
       ORDER BY starts_at, id LIMIT ask.rows
     ) l ON true
     ${channelJoin}
     ORDER BY ask.index, l.starts_at, l.id`,
    viewer.organizationId,
    channel,
    pages.map(({ seriesId }) => seriesId),
    pages.map(({ page }) => page.after?.[0] ?? null),
    pages.map(({ page }) => page.after?.[1] ?? null),
    pages.map(({ page }) => page.limit + 1),
  );
  return pages.map(({ page }, index) => {
    const own = rows.filter((row) => row.index === index);
    const lessons = own.filter(isLesson).map(toLessonView);
    const eventCursor = { channel, seq: own[0]?.headSeq ?? 0, tag: own[0]?.headTag ?? '0' };
    const connection = toConnection(lessons, page, ({ startsAt, id }) => [startsAt.toISOString(), id]);
    return { ...connection, eventCursor };
  });
}

function isLesson(row: PageRow): row is PageRow & { readonly id: string } {
  return row.id !== null;
}
