import { createTokenSigner } from '../../src/modules/accounts/access-tokens.js';
import type { GraphqlClient } from '../testkit/graphql-client.js';
import type { Person } from '../testkit/seed.js';
import type { TestApp } from '../testkit/start-app.js';

/** A Monday, four weeks before the clocks change in Kyiv. */
export const now = new Date('2027-03-01T06:00:00Z');

export const scheduleSeries = `mutation ($input: ScheduleLessonSeriesInput!) {
  scheduleLessonSeries(input: $input) {
    skipped
    series { id rrule timeZone localStart durationMinutes
      lessons(first: 100) { edges { node { id title status version startsAt endsAt tutor { id } student { id } } } } }
  }
}`;
export const rescheduleLesson = `mutation ($input: RescheduleLessonInput!) {
  rescheduleLesson(input: $input) { lessons { id status version startsAt endsAt series { id } } }
}`;
export const cancelLesson = `mutation ($input: CancelLessonInput!) {
  cancelLesson(input: $input) {
    lessons { id status version startsAt cancellation { by { id } reason late } }
  }
}`;
export const readSeries = `query ($id: ID!) { lesson(id: $id) { version eventCursor
  series { id rrule timeZone localStart durationMinutes
    lessons(first: 100) { edges { node { id status version title startsAt endsAt } } } } } }`;

/** Four Mondays at 10:00 in Kyiv: 15, 22 and 29 March, 5 April; the clocks change on 28 March. */
export function mondays(student: Person, changes: Record<string, unknown> = {}) {
  return {
    studentId: student.id,
    title: 'Algebra',
    localStart: '2027-03-15T10:00',
    timeZone: 'Europe/Kyiv',
    durationMinutes: 60,
    rrule: 'FREQ=WEEKLY;COUNT=4',
    ...changes,
  };
}

export const mondayStarts = [
  '2027-03-15T08:00:00.000Z',
  '2027-03-22T08:00:00.000Z',
  '2027-03-29T07:00:00.000Z',
  '2027-04-05T07:00:00.000Z',
];

export interface SeriesLesson {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly version: number;
  readonly startsAt: string;
  readonly endsAt: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it has asked for
const nodes = (connection: any): SeriesLesson[] => connection.edges.map(({ node }: any) => node);

/** Books a series and gives it with its lessons. */
export async function book(client: GraphqlClient, input: Record<string, unknown>) {
  const { series, skipped } = (await client.data(scheduleSeries, { input })).scheduleLessonSeries;
  return { ...series, skipped: skipped as string[], lessons: nodes(series.lessons) };
}

interface SeriesWithLessons {
  readonly id: string;
  readonly rrule: string;
  readonly localStart: string;
  readonly lessons: SeriesLesson[];
}

/** The series of a lesson, with its lessons. */
export async function seriesOf(client: GraphqlClient, lessonId: string): Promise<SeriesWithLessons> {
  const { lesson } = await client.data(readSeries, { id: lessonId });
  return { ...lesson.series, lessons: nodes(lesson.series.lessons) };
}

/** Moves a lesson, given by its new start, by default for an hour; gives what was touched. */
export async function move(
  client: GraphqlClient,
  lesson: { readonly id: string },
  startsAt: string,
  changes: Record<string, unknown> = {},
) {
  const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
  const input = { lessonId: lesson.id, startsAt, endsAt, ...changes };
  return (await client.data(rescheduleLesson, { input })).rescheduleLesson.lessons;
}

export const starts = (lessons: readonly { readonly startsAt: string }[]) =>
  lessons.map(({ startsAt }) => startsAt);

/** A school with a pair, and clients for both. */
export async function pairOf(app: TestApp) {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  return {
    school,
    tutor,
    student,
    asTutor: app.client(tutor.accessToken),
    asStudent: app.client(student.accessToken),
  };
}

/** A client with a token of a later time, when the first one has expired. */
export async function clientAt(app: TestApp, { uuid, sessionId }: Person, time: Date) {
  const signer = createTokenSigner({ current: app.foundation.secret });
  const { token } = await signer.sign({ userId: uuid, sessionId }, time);
  return app.client(token);
}

/** How many reminders wait for a person. */
export async function remindersFor(app: TestApp, { uuid }: Person): Promise<number> {
  const [row] = await app.foundation.database.sql<{ count: number }>(
    `SELECT count(*)::int AS count FROM notification_queue_item
     WHERE user_id = $1 AND event_type = 'lesson.starting_soon'`,
    uuid,
  );
  return row?.count ?? 0;
}
