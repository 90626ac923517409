import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  booking,
  cancel,
  inHours,
  pairWithClients,
  rescheduleLesson,
  schedule,
  update,
} from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

interface Waiting {
  readonly userId: string;
  readonly minutesBefore: number;
  readonly version: number;
  readonly runAt: Date;
}

/** The reminders that wait for these people, the first due first. */
function waiting(people: readonly Person[]): Promise<Waiting[]> {
  return app.foundation.database.sql(
    `SELECT user_id::text AS "userId", (payload ->> 'minutesBefore')::int AS "minutesBefore",
            (payload ->> 'version')::int AS version, run_at AS "runAt"
       FROM notification_queue_item
      WHERE user_id = ANY ($1::uuid[]) AND event_type = 'lesson.starting_soon' AND status = 'PENDING'
      ORDER BY run_at, user_id`,
    people.map(({ uuid }) => uuid),
  );
}

/** Lets the time of every reminder come, runs the worker, and gives how many each of the people has been told. */
async function remind(people: readonly Person[]): Promise<number[]> {
  await app.foundation.database.sql(
    `UPDATE notification_queue_item SET run_at = now()
      WHERE event_type = 'lesson.starting_soon' AND status = 'PENDING'`,
  );
  await app.deliver();
  return Promise.all(people.map(async (person) => (await toldOf(person)).length));
}

async function toldOf(person: Person): Promise<{ title: string; body: string }[]> {
  const { notifications } = await app
    .client(person.accessToken)
    .data('{ notifications(first: 100) { edges { node { type title body } } } }');
  return notifications.edges
    .map(({ node }: { node: { type: string } }) => node)
    .filter(({ type }: { type: string }) => type === 'lesson.starting_soon');
}

const move = (hours: number) => ({
  startsAt: inHours(hours).toISOString(),
  endsAt: inHours(hours + 1).toISOString(),
});

describe('reminders', () => {
  it('are due 24 hours and 15 minutes before the start, for both', async () => {
    const { tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    const due = (minutes: number) => new Date(Date.parse(lesson.startsAt) - minutes * 60_000);
    expect((await waiting([tutor, student])).map(({ runAt }) => runAt)).toEqual([
      ...[due(1_440), due(1_440)],
      ...[due(15), due(15)],
    ]);
    expect(await remind([tutor, student])).toEqual([2, 2]);
    expect((await toldOf(student))[0]).toMatchObject({ title: 'Lesson “Algebra” starts soon' });
  });

  it('that would be due already are left out', async () => {
    const { student, asTutor } = await pairWithClients(app);
    await schedule(asTutor, booking(student, 5));
    expect((await waiting([student])).map(({ minutesBefore }) => minutesBefore)).toEqual([15]);
  });

  it('are not sent of a lesson that was cancelled', async () => {
    const { tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    await cancel(asTutor, { lessonId: lesson.id });
    expect(await remind([tutor, student])).toEqual([0, 0]);
  });

  it('are sent of the new times of a lesson that was moved, and not of the old ones', async () => {
    const { tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    await asTutor.data(rescheduleLesson, { input: { lessonId: lesson.id, ...move(40) } });
    const versions = (await waiting([student])).map(({ version }) => version);
    expect(versions.sort()).toEqual([1, 1, 2, 2]);
    expect(await remind([tutor, student])).toEqual([2, 2]);
  });

  it('are sent once of a lesson that was moved away and back', async () => {
    const { tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    for (const hours of [40, 30])
      await asTutor.data(rescheduleLesson, { input: { lessonId: lesson.id, ...move(hours) } });
    expect(await remind([tutor, student])).toEqual([2, 2]);
  });

  it('survive another title, which they then tell', async () => {
    const { tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    await update(asTutor, { lessonId: lesson.id, title: 'Geometry' });
    expect(await remind([tutor, student])).toEqual([2, 2]);
    expect((await toldOf(student))[0]).toMatchObject({ title: 'Lesson “Geometry” starts soon' });
  });

  it('are not sent of a lesson that has begun, by a worker that was late', async () => {
    const { tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    const startsAt = new Date(Date.now() - 60_000).toISOString();
    await app.foundation.database.sql(
      `UPDATE lesson SET starts_at = $2::timestamptz, ends_at = $2::timestamptz + interval '1 hour'
        WHERE title = 'Algebra' AND starts_at = $1::timestamptz AND tutor_id = $3::uuid`,
      lesson.startsAt,
      startsAt,
      tutor.uuid,
    );
    await app.foundation.database.sql(
      `UPDATE notification_queue_item SET payload = jsonb_set(payload, '{startsAt}', to_jsonb($1::text))
        WHERE user_id = ANY ($2::uuid[]) AND event_type = 'lesson.starting_soon'`,
      startsAt,
      [tutor.uuid, student.uuid],
    );
    expect(await remind([tutor, student])).toEqual([0, 0]);
  });
});

it('every lesson notification has its text in Ukrainian and in English', async () => {
  const { textOf } = await import('../../src/modules/notifications/event-types/registry.js');
  const data = {
    title: 'Алгебра',
    startsAt: '2026-11-25T08:00:00.000Z',
    endsAt: '2026-11-25T09:00:00.000Z',
    withName: 'Олена',
    byName: null,
    reason: null,
    noShowParty: 'STUDENT',
    minutesBefore: 15,
  };
  for (const event of ['requested', 'accepted', 'declined', 'moved', 'no_show', 'starting_soon']) {
    const [uk, en] = ['uk', 'en'].map((locale) =>
      textOf(`lesson.${event}`, data, { locale, timeZone: 'Europe/Kyiv' }),
    );
    expect(uk).toMatchObject({
      title: expect.stringMatching(/[а-я].*«?Алгебра/i),
      body: expect.stringContaining('Олена'),
    });
    expect(en).toMatchObject({
      title: expect.stringContaining('“Алгебра”'),
      body: expect.stringContaining('Олена'),
    });
    expect(uk?.title).not.toBe(en?.title);
  }
});
