import type { Queryable } from '../../platform/database/database.js';
import { groupBy } from '../../shared/group-by.js';
import { type Connection, type Page, toConnection } from '../../shared/pagination.js';
import type { Lesson, LessonHistoryEntry } from './lesson.js';
import type { LessonChange } from './policy.js';

/** A change that was just written. */
export interface WrittenChange {
  readonly change: LessonChange;
  /** Null when the lesson was made by it. */
  readonly before: Lesson | null;
  readonly after: Lesson;
}

/** Writes down who changed the lessons. The key is the version, so no change can be written down twice. */
export async function recordHistory(
  tx: Queryable,
  byId: string | null,
  changes: readonly WrittenChange[],
): Promise<void> {
  const entries = changes.map(({ change, before, after }) => ({
    lessonId: after.id,
    version: after.version,
    organizationId: after.organizationId,
    at: after.updatedAt,
    change,
    ...differenceOf(change, before, after),
  }));
  await tx.sql(
    `INSERT INTO lesson_history (lesson_id, version, organization_id, at, by_id, change, "from", "to")
     SELECT "lessonId", version, "organizationId", at, $2::uuid, change, "from", "to"
       FROM jsonb_to_recordset($1::jsonb) AS given ("lessonId" uuid, version int, "organizationId" uuid, at timestamptz,
              change text, "from" text, "to" text)`,
    JSON.stringify(entries),
    byId,
  );
}

/** What was and what is: the status, the times of a move, the title of an edit. */
function differenceOf(
  change: LessonChange,
  before: Lesson | null,
  after: Lesson,
): Pick<LessonHistoryEntry, 'from' | 'to'> {
  if (change === 'MOVED' && before) return { from: period(before), to: period(after) };
  if (change === 'EDITED' && before) {
    return before.title === after.title ? { from: null, to: null } : { from: before.title, to: after.title };
  }
  return { from: before?.status ?? null, to: after.status };
}

/** An ISO 8601 interval. */
function period({ startsAt, endsAt }: Lesson): string {
  return `${startsAt.toISOString()}/${endsAt.toISOString()}`;
}

/** A page of the history of each lesson, the oldest change first, in one statement; the pages differ in nothing else. */
export async function findHistories(
  on: Queryable,
  organizationId: string,
  lessonIds: readonly string[],
  page: Page,
): Promise<Map<string, Connection<LessonHistoryEntry>>> {
  const rows = await on.sql<LessonHistoryEntry>(
    `SELECT entry.* FROM unnest($2::uuid[]) AS wanted (id)
      CROSS JOIN LATERAL (
            SELECT h.lesson_id::text AS "lessonId", h.version, h.at, h.by_id::text AS "byId", h.change, h."from", h."to"
              FROM lesson_history h
             WHERE h.organization_id = $1::uuid AND h.lesson_id = wanted.id AND h.version > $3::int
             ORDER BY h.version LIMIT $4::int) entry
      ORDER BY entry."lessonId", entry.version`,
    organizationId,
    lessonIds,
    Number(page.after?.[0] ?? 0),
    page.limit + 1,
  );
  const byLesson = groupBy(rows, ({ lessonId }) => lessonId);
  return new Map(
    lessonIds.map((id) => [
      id,
      toConnection(byLesson.get(id) ?? [], page, ({ version }) => [String(version)]),
    ]),
  );
}
