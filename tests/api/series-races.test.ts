import type { Answer } from '../testkit/graphql-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { outcomes } from './lesson-operations.js';
import { book, mondays, now, rescheduleLesson, scheduleSeries } from './series-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ clock: { now: () => now } });
});
afterAll(() => app.stop());

/** Pairs of lessons of one person that overlap; there must never be any. */
function overlaps(organizationId: string) {
  return app.foundation.database.sql(
    `SELECT a.id FROM lesson a JOIN lesson b ON a.id < b.id
       AND (a.tutor_id = b.tutor_id OR a.student_id = b.student_id)
       AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
     WHERE a.organization_id = $1 AND a.status = 'SCHEDULED' AND b.status = 'SCHEDULED'`,
    organizationId,
  );
}

async function crossedPairs() {
  const school = await app.seed.school();
  const [tutors, students] = await Promise.all([
    Promise.all([school.tutor(), school.tutor(), school.tutor()]),
    Promise.all([school.student(), school.student(), school.student()]),
  ]);
  for (const tutor of tutors) for (const student of students) await school.relation(tutor, student);
  const pairs = tutors.flatMap((tutor) => students.map((student) => ({ tutor, student })));
  return { school, pairs };
}

it('series that cross each other at once: whole ones, SLOT_TAKEN to the rest, never an overlap', async () => {
  const { school, pairs } = await crossedPairs();
  const answers = await Promise.all(
    pairs.flatMap(({ tutor, student }, index) =>
      [0, 30].map((minutes) => {
        const localStart = `2027-03-${15 + (index % 2) * 7}T10:${minutes === 0 ? '00' : '30'}`;
        const input = mondays(student, { localStart });
        return app.client(tutor.accessToken).send(scheduleSeries, { input });
      }),
    ),
  );
  const { ok = 0, SLOT_TAKEN = 0 } = outcomes(answers);
  expect(ok).toBeGreaterThan(0);
  expect(ok + SLOT_TAKEN).toBe(answers.length);
  expect(await overlaps(school.organizationId)).toEqual([]);
  const [count] = await app.foundation.database.sql<{ lessons: number }>(
    'SELECT count(*)::int AS lessons FROM lesson WHERE organization_id = $1',
    school.organizationId,
  );
  expect(count?.lessons).toBe(ok * 4);
});

it('moves of one series at once come one after the other: the rest is told of the new version', async () => {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const client = app.client(tutor.accessToken);
  const { lessons } = await book(client, mondays(student));
  const answers: Answer[] = await Promise.all(
    Array.from({ length: 10 }, (_, index) => {
      const startsAt = new Date(Date.parse(lessons[1].startsAt) + (index + 1) * 600_000);
      const endsAt = new Date(startsAt.getTime() + 3_600_000);
      const input = { lessonId: lessons[1].id, startsAt, endsAt, scope: 'ALL', expectedVersion: 1 };
      return client.send(rescheduleLesson, { input });
    }),
  );
  expect(outcomes(answers)).toEqual({ ok: 1, LESSON_CONFLICT: 9 });
  expect(await overlaps(school.organizationId)).toEqual([]);
});
