import type { Database } from '../../src/platform/database/database.js';
import { encodeId, newId } from '../../src/shared/ids.js';
import { createGraphqlClient } from '../testkit/graphql-client.js';
import type { Person, School, Seed } from '../testkit/seed.js';
import type { Target } from './target.js';

/** Who attacks, whom, and what no attacker may ever see. */
export type Sides = Pick<Target, 'attackers' | 'victims' | 'canaries' | 'honest'>;

/** Makes a school with an object of each kind that has an id, and strangers to it. */
export async function makeSides(seed: Seed, database: Database, url: string): Promise<Sides> {
  const [school, other] = [await seed.school(), await seed.school()];
  const mark = (what: string) => `canary-${what}-${newId().slice(-8)}`;
  const canaries = ['tutor', 'student', 'lesson', 'message', 'classroom', 'series', 'webhook'].map(mark);
  const [tutorName = '', studentName = '', title = '', body = '', classroom = '', series = '', hook = ''] =
    canaries;
  const tutor = await school.tutor({ displayName: tutorName });
  const student = await school.student({ displayName: studentName });
  const admin = await school.admin();
  const relation = await school.relation(tutor, student);
  const lesson = await school.lesson(tutor, student, { title });
  const { sendMessage } = await createGraphqlClient(url, tutor.accessToken).data(
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
    { input: { roomId: lesson.id, body } },
  );
  const room = await school.classroom(tutor, [student]);
  await database.sql('UPDATE classroom SET name = $1 WHERE id = $2', classroom, room.uuid);
  const [attackingStudent, attackingAdmin] = [await other.student(), await other.admin()];
  return {
    attackers: [
      { name: 'anonymous', token: null },
      { name: 'student', token: attackingStudent.accessToken },
      { name: 'foreign admin', token: attackingAdmin.accessToken },
    ],
    victims: {
      Organization: encodeId('organization', school.organizationId),
      User: student.id,
      Session: encodeId('session', student.sessionId),
      TutorStudentRelation: relation,
      Lesson: lesson.id,
      Classroom: room.id,
      ChatRoom: encodeId('room', lesson.uuid),
      ChatMessage: sendMessage.message.id,
      Board: encodeId('board', lesson.uuid),
      ...(await further(url, { tutor, student, admin, lesson: lesson.id, series, hook })),
      ...(await rows(database, school, student)),
    },
    canaries: [...canaries, tutor.email, student.email],
    honest: tutor.accessToken,
  };
}

interface Made {
  readonly tutor: Person;
  readonly student: Person;
  readonly admin: Person;
  readonly lesson: string;
  readonly series: string;
  readonly hook: string;
}

/** What is made by those who may. */
async function further(url: string, { tutor, student, admin, lesson, series, hook }: Made) {
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const { scheduleLessonSeries } = await createGraphqlClient(url, tutor.accessToken).data(
    'mutation ($input: ScheduleLessonSeriesInput!) { scheduleLessonSeries(input: $input) { series { id } } }',
    {
      input: {
        studentId: student.id,
        title: series,
        localStart: `${day}T10:00`,
        timeZone: 'Europe/Kyiv',
        durationMinutes: 60,
        rrule: 'FREQ=WEEKLY;COUNT=2',
      },
    },
  );
  const { createRoomExport } = await createGraphqlClient(url, student.accessToken).data(
    'mutation ($input: CreateRoomExportInput!) { createRoomExport(input: $input) { export { id } } }',
    { input: { roomId: lesson } },
  );
  const { createWebhookEndpoint } = await createGraphqlClient(url, admin.accessToken).data(
    'mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } } }',
    { input: { url: `https://hooks.example/${hook}`, events: ['lesson.scheduled'] } },
  );
  return {
    LessonSeries: scheduleLessonSeries.series.id as string,
    RoomExport: createRoomExport.export.id as string,
    WebhookEndpoint: createWebhookEndpoint.endpoint.id as string,
  };
}

/** What the worker or a mail would have made. */
async function rows(database: Database, { organizationId }: School, { uuid }: Person) {
  const [notification, letter, invitation] = [newId(), newId(), newId()];
  await database.sql(
    `INSERT INTO notification (id, organization_id, user_id, type, source_key, data)
     VALUES ($1::uuid, $2, $3, 'lesson.scheduled', $4, '{}')`,
    notification,
    organizationId,
    uuid,
    notification,
  );
  await database.sql(
    `INSERT INTO notification_queue_item
       (id, organization_id, user_id, event_type, channel, payload, status, attempts, errors, finished_at)
     VALUES ($1, $2, $3, 'lesson.scheduled', 'EMAIL', '{}', 'FAILED', 1,
       '[{"at": "2026-11-23T08:00:00Z", "message": "Error: refused"}]', now())`,
    letter,
    organizationId,
    uuid,
  );
  await database.sql(
    `INSERT INTO invitation (id, organization_id, inviter_id, role, sealed_address, created_at, expires_at)
     VALUES ($1, $2, $3, 'STUDENT', '', now(), now() + interval '1 day')`,
    invitation,
    organizationId,
    uuid,
  );
  return {
    Notification: encodeId('notification', notification),
    DeadLetter: encodeId('deadletter', letter),
    Invitation: encodeId('invitation', invitation),
  };
}
