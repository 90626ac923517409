import type { Answer, GraphqlClient } from '../testkit/graphql-client.js';
import type { Person } from '../testkit/seed.js';
import type { TestApp } from '../testkit/start-app.js';

const hour = 3_600_000;

/** A full hour this many hours from now, so that slots of one test never touch by accident. */
export function inHours(hours: number, minutes = 0): Date {
  return new Date(Math.ceil(Date.now() / hour) * hour + hours * hour + minutes * 60_000);
}

/** The input of a lesson of one hour. */
export function booking(student: Person, hours: number, changes: Record<string, unknown> = {}) {
  return {
    studentId: student.id,
    title: 'Algebra',
    startsAt: inHours(hours).toISOString(),
    endsAt: inHours(hours + 1).toISOString(),
    ...changes,
  };
}

const lessonFields = `id title notes status version startsAt endsAt eventCursor createdAt updatedAt noShowParty
  tutor { id } student { id } cancellation { by { id } at reason late }`;

export const scheduleLesson = `mutation ($input: ScheduleLessonInput!) {
  scheduleLesson(input: $input) { lesson { ${lessonFields} } }
}`;
export const cancelLesson = `mutation ($input: CancelLessonInput!) {
  cancelLesson(input: $input) { lessons { ${lessonFields} } }
}`;
export const updateLesson = `mutation ($input: UpdateLessonInput!) {
  updateLesson(input: $input) { lesson { ${lessonFields} } }
}`;
/** A mutation of the API that acts on lessons, with the fields of what it gives. */
export function lessonMutation(
  name: string,
  input: string,
  payload: 'lesson' | 'lessons' = 'lesson',
): string {
  return `mutation ($input: ${input}!) { ${name}(input: $input) { ${payload} { ${lessonFields} } } }`;
}
export const requestLesson = lessonMutation('requestLesson', 'RequestLessonInput');
export const acceptRequest = lessonMutation('acceptLessonRequest', 'LessonActionInput');
export const declineRequest = lessonMutation('declineLessonRequest', 'LessonActionInput');
export const startLesson = lessonMutation('startLesson', 'LessonActionInput');
export const completeLesson = lessonMutation('completeLesson', 'LessonActionInput');
export const markNoShow = lessonMutation('markLessonNoShow', 'MarkNoShowInput');
export const joinLesson = lessonMutation('joinLesson', 'LessonActionInput');
export const leaveLesson = lessonMutation('leaveLesson', 'LessonActionInput');
export const correctOutcome = lessonMutation('correctLessonOutcome', 'CorrectLessonOutcomeInput');
export const rescheduleLesson = lessonMutation('rescheduleLesson', 'RescheduleLessonInput', 'lessons');
export const scheduleLessons = lessonMutation('scheduleLessons', 'ScheduleLessonsInput', 'lessons');
export const readLesson = `query ($id: ID!) { lesson(id: $id) { ${lessonFields} } }`;

/** Books a lesson and gives it. */
export async function schedule(client: GraphqlClient, input: Record<string, unknown>) {
  const { scheduleLesson: payload } = await client.data(scheduleLesson, { input });
  return payload.lesson;
}

/** Cancels a lesson and gives it. */
export async function cancel(client: GraphqlClient, input: Record<string, unknown>) {
  const { cancelLesson: payload } = await client.data(cancelLesson, { input });
  return payload.lessons[0];
}

/** Updates a lesson and gives it. */
export async function update(client: GraphqlClient, input: Record<string, unknown>) {
  const { updateLesson: payload } = await client.data(updateLesson, { input });
  return payload.lesson;
}

/** Reads a lesson. */
export async function read(client: GraphqlClient, id: string) {
  return (await client.data(readLesson, { id })).lesson;
}

/** How often each outcome came: `ok` or an error code. */
export function outcomes(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { errors } of answers) {
    const outcome = errors?.[0]?.extensions.code ?? 'ok';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** A school with a pair, and clients for both. */
export async function pairWithClients(app: TestApp) {
  const school = await app.seed.school();
  const { tutor, student, relationId } = await school.pair();
  const clients = { asTutor: app.client(tutor.accessToken), asStudent: app.client(student.accessToken) };
  return { school, tutor, student, relationId, ...clients };
}

/** The notification items that are due for these people: reminders are not. */
export function queued(app: TestApp, userIds: readonly string[]) {
  return app.foundation.database.sql<{ userId: string; eventType: string }>(
    `SELECT user_id::text AS "userId", event_type AS "eventType" FROM notification_queue_item
     WHERE user_id = ANY ($1::uuid[]) AND run_at <= now() ORDER BY id`,
    userIds,
  );
}

/** The history of a lesson as `change from>to by`. */
export async function historyOf(client: GraphqlClient, id: string): Promise<string[]> {
  const { lesson } = await client.data(
    `query ($id: ID!) { lesson(id: $id) { history(first: 100) { edges { node { change from to by { id } } } } } }`,
    { id },
  );
  return lesson.history.edges.map(
    ({
      node,
    }: {
      node: { change: string; from: string | null; to: string | null; by: { id: string } | null };
    }) => `${node.change} ${node.from}>${node.to} by ${node.by?.id ?? 'system'}`,
  );
}
