import { startApp, type TestApp } from '../testkit/start-app.js';
import { booking, inHours, outcomes, schedule, scheduleLesson } from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function lessonCount(organizationId: string): Promise<number> {
  const [row] = await app.foundation.database.sql<{ count: number }>(
    'SELECT count(*)::int AS count FROM lesson WHERE organization_id = $1::uuid',
    organizationId,
  );
  return row?.count ?? 0;
}

describe('one slot', () => {
  it('goes to one of 50 who book it at the same time', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const client = app.client(tutor.accessToken);
    const attempts = Array.from({ length: 50 }, () =>
      client.send(scheduleLesson, { input: booking(student, 30) }),
    );
    expect(outcomes(await Promise.all(attempts))).toEqual({ ok: 1, SLOT_TAKEN: 49 });
    expect(await lessonCount(school.organizationId)).toBe(1);
  });
});

describe('crossed bookings of two tutors and two students', () => {
  it('never deadlock and never overlap', async () => {
    const school = await app.seed.school();
    const tutors = [await school.tutor(), await school.tutor()];
    const students = [await school.student(), await school.student()];
    for (const tutor of tutors) for (const student of students) await school.relation(tutor, student);
    const work = () =>
      Promise.all(
        Array.from({ length: 120 }, (_, index) => {
          const tutor = tutors[index % 2];
          const student = students[(index >> 1) % 2];
          if (!tutor || !student) throw new Error('no such person');
          // Half an hour apart and an hour long: each overlaps its neighbours, in turn of the one and the other.
          const changes = {
            startsAt: inHours(30, (index % 9) * 30).toISOString(),
            endsAt: inHours(31, (index % 9) * 30).toISOString(),
          };
          return app.client(tutor.accessToken).send(scheduleLesson, { input: booking(student, 30, changes) });
        }),
      );
    const { result, statements } = await app.statements.during(work);
    const counts = outcomes(result);
    expect(Object.keys(counts).sort()).toEqual(['SLOT_TAKEN', 'ok']);
    // A transaction that had deadlocked would have been begun again.
    expect(statements.filter((text) => text === 'COMMIT' || text === 'ROLLBACK')).toHaveLength(120);
    expect(await overlaps(school.organizationId)).toBe(0);
  });
});

function overlaps(organizationId: string): Promise<number> {
  return app.foundation.database
    .sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM lesson a JOIN lesson b ON a.id < b.id
         AND (a.tutor_id = b.tutor_id OR a.student_id = b.student_id)
         AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
       WHERE a.organization_id = $1::uuid AND a.status = 'SCHEDULED' AND b.status = 'SCHEDULED'`,
      organizationId,
    )
    .then(([row]) => row?.count ?? -1);
}

describe('an idempotency key', () => {
  it('gives the same lesson again', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const client = app.client(tutor.accessToken);
    const input = booking(student, 30, { idempotencyKey: 'one' });
    const first = await schedule(client, input);
    expect(await schedule(client, { ...input, title: ' Algebra ', notes: null })).toEqual(first);
    expect(await lessonCount(school.organizationId)).toBe(1);
  });

  it('is refused with another input', async () => {
    const { tutor, student } = await (await app.seed.school()).pair();
    const client = app.client(tutor.accessToken);
    await schedule(client, booking(student, 30, { idempotencyKey: 'one' }));
    const input = booking(student, 31, { idempotencyKey: 'one' });
    expect((await client.error(scheduleLesson, { input })).extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('belongs to one user', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const other = await school.tutor();
    await school.relation(other, student);
    const first = await schedule(
      app.client(tutor.accessToken),
      booking(student, 30, { idempotencyKey: 'one' }),
    );
    const second = await schedule(
      app.client(other.accessToken),
      booking(student, 31, { idempotencyKey: 'one' }),
    );
    expect(second.id).not.toBe(first.id);
  });

  it('keeps no failure', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const client = app.client(tutor.accessToken);
    const taken = await school.lesson(tutor, student, { startsAt: inHours(30) });
    const input = booking(student, 30, { idempotencyKey: 'one' });
    expect((await client.error(scheduleLesson, { input })).extensions.code).toBe('SLOT_TAKEN');
    await app.foundation.database.sql('DELETE FROM lesson WHERE id = $1', taken.uuid);
    expect(await schedule(client, input)).toMatchObject({ version: 1 });
  });

  it('makes one lesson of 10 parallel requests', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const client = app.client(tutor.accessToken);
    const input = booking(student, 30, { idempotencyKey: 'one' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.send(scheduleLesson, { input })),
    );
    const ids = answers.flatMap(({ data }) => (data ? [data.scheduleLesson.lesson.id] : []));
    expect(new Set(ids).size).toBe(1);
    const counts = outcomes(answers);
    expect((counts['ok'] ?? 0) + (counts['IDEMPOTENCY_IN_PROGRESS'] ?? 0)).toBe(10);
    expect(await lessonCount(school.organizationId)).toBe(1);
  });
});
