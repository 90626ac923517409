import type { Cursor } from '../../channels/cursor.js';
import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import { type Page, toConnection } from '../../shared/pagination.js';
import { userLessonsChannel } from './events.js';
import type { LessonFilter, LessonPage } from './lesson.js';
import { channelColumns, channelJoin, type LessonViewRow, lessonColumns, toLessonView } from './store.js';

/** Whose list it is. */
interface ListScope {
  readonly organizationId: string;
  /** Whose lesson channel the list's cursor is of. */
  readonly viewerId: string;
  /** Only lessons of this tutor or student; null for all of the school's. */
  readonly participantId: string | null;
}

interface ListRow extends LessonViewRow {
  /** Null in the one row of an empty page. */
  readonly id: string;
  readonly headSeq: number | null;
  readonly headTag: string | null;
}

const sortColumns = [
  { name: 'starts_at', type: 'timestamptz' },
  { name: 'id', type: 'uuid' },
] as const;

/**
 * A page of lessons by start and id, in one statement. The ends of the viewer's channel and of every lesson's come
 * out of the same snapshot as the lessons, so that no event falls between a list and a subscription from its cursor.
 */
export async function listLessons(
  on: Queryable,
  scope: ListScope,
  filter: LessonFilter,
  page: Page,
): Promise<LessonPage> {
  const channel = userLessonsChannel(scope.viewerId);
  const { text, values } = pageStatement(channel, scope, filter, page);
  const rows = await on.sql<ListRow>(text, ...values);
  const head = rows[0];
  const lessons = rows.filter(({ id }) => id !== null).map(toLessonView);
  const eventCursor: Cursor = { channel, seq: head?.headSeq ?? 0, tag: head?.headTag ?? '0' };
  const connection = toConnection(lessons, page, ({ startsAt, id }) => [startsAt.toISOString(), id]);
  return { ...connection, eventCursor };
}

/** Conditions are there whether or not they narrow anything: few texts, few plans. */
function pageStatement(channel: string, scope: ListScope, filter: LessonFilter, page: Page) {
  const values: unknown[] = [channel, scope.organizationId, filter.status ?? null];
  const matches = filter.text ? textCondition(filter.text, filter, values) : rangeCondition(filter, values);
  const { where, orderAndLimit } = keyset(page, sortColumns, 'ASC', values);
  const found = (condition: string) => `
    SELECT * FROM lesson WHERE organization_id = $2::uuid${condition}${matches}
      AND ($3::lesson_status[] IS NULL OR status = ANY ($3::lesson_status[]))`;
  // OFFSET 0: the words are looked up first. In the order of the page a rare word would be looked for in every lesson.
  const lessonsWhere = (condition: string) =>
    filter.text
      ? `SELECT * FROM (${found(condition)} OFFSET 0) found WHERE true${where}${orderAndLimit}`
      : `${found(condition)}${where}${orderAndLimit}`;

  // Each status apart, with its own LIMIT: of a status that is rare in a school the others would all be read.
  const ofSchool = () => `
    SELECT either.* FROM (SELECT DISTINCT unnest(coalesce($3::lesson_status[], enum_range(NULL::lesson_status)))) AS wanted (one)
    CROSS JOIN LATERAL (${lessonsWhere(' AND status = wanted.one')}) either${orderAndLimit}`;

  // As tutor and as student apart, each with its own LIMIT: two short scans of the two indexes by start.
  const [person, other] = scope.participantId
    ? [scope.participantId, filter.withUserId]
    : [filter.withUserId, null];
  const placeholder = (id: string | null | undefined) => (id ? `$${values.push(id)}::uuid` : null);
  const [first, second] = [placeholder(person), placeholder(other)];
  const asParticipant = (own: string, others: string) =>
    `(${lessonsWhere(` AND ${own} = ${first}${second ? ` AND ${others} = ${second}` : ''}`)})`;
  const lessons = first
    ? `SELECT * FROM (${asParticipant('tutor_id', 'student_id')} UNION ALL ${asParticipant('student_id', 'tutor_id')}
       ) either${orderAndLimit}`
    : filter.text
      ? lessonsWhere('')
      : ofSchool();

  const direction = page.backward ? 'DESC' : 'ASC';
  const text = `
    SELECT head.last_seq::float8 AS "headSeq", head.last_tag::text AS "headTag", ${lessonColumns}, ${channelColumns}
    FROM (SELECT 1) always
    LEFT JOIN channel head ON head.id = $1::text
    LEFT JOIN (${lessons}) l ON true
    ${channelJoin}
    ORDER BY l.starts_at ${direction}, l.id ${direction}`;
  return { text, values };
}

function rangeCondition({ from, to }: LessonFilter, values: unknown[]): string {
  const [first, last] = [values.push(from ?? '-infinity'), values.push(to ?? 'infinity')];
  return ` AND starts_at >= $${first}::timestamptz AND starts_at < $${last}::timestamptz`;
}

/**
 * The index of words, and of the range only what was asked for: a plan for unknown values takes every range for a
 * narrow one, and would read all of a school's lessons. The query is made once, in a subselect; a generic plan would
 * make it for every row.
 */
function textCondition(text: string, { from, to }: LessonFilter, values: unknown[]): string {
  return [
    ` AND search @@ (SELECT search_query($${values.push(text)}::text))`,
    from && ` AND starts_at >= $${values.push(from)}::timestamptz`,
    to && ` AND starts_at < $${values.push(to)}::timestamptz`,
  ]
    .filter(Boolean)
    .join('');
}
