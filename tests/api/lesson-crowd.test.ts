import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  acceptRequest,
  booking,
  inHours,
  outcomes,
  requestLesson,
  rescheduleLesson,
  scheduleLesson,
} from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function everybody(school: School, count: number) {
  const tutors = await Promise.all(Array.from({ length: count }, () => school.tutor()));
  const students = await Promise.all(Array.from({ length: count }, () => school.student()));
  for (const tutor of tutors) for (const student of students) await school.relation(tutor, student);
  return { tutors, students };
}

function overlaps(organizationId: string): Promise<{ n: number }[]> {
  return app.foundation.database.sql(
    `SELECT count(*)::int AS n FROM lesson a JOIN lesson b ON a.id < b.id
        AND (a.tutor_id = b.tutor_id OR a.student_id = b.student_id)
        AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
      WHERE a.organization_id = $1::uuid AND a.status IN ('SCHEDULED', 'IN_PROGRESS')
        AND b.status IN ('SCHEDULED', 'IN_PROGRESS')`,
    organizationId,
  );
}

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;
const quarters = () => Math.floor(Math.random() * 12) * 15;

it('200 parallel attempts of tutors and students on overlapping slots never make an overlap', async () => {
  const school = await app.seed.school();
  const { tutors, students } = await everybody(school, 4);
  const as = (person: Person) => app.client(person.accessToken);
  const times = () => {
    const minutes = quarters();
    return { startsAt: inHours(30, minutes).toISOString(), endsAt: inHours(31, minutes).toISOString() };
  };

  // Requests that tutors will accept, and lessons that students will move, into the crowd.
  const requests = [];
  const lessons = [];
  for (let n = 0; n < 50; n++) {
    const [tutor, student] = [pick(tutors), pick(students)];
    const input = { tutorId: tutor.id, title: 'Asked', ...times() };
    requests.push({ tutor, id: (await as(student).data(requestLesson, { input })).requestLesson.lesson.id });
  }
  for (let n = 0; n < 50; n++) {
    const [tutor, student] = [tutors[n % 4] as Person, students[n % 4] as Person];
    const startsAt = inHours(100 + 2 * n);
    lessons.push({ student, id: (await school.lesson(tutor, student, { startsAt })).id });
  }

  const attempts = [
    ...Array.from({ length: 100 }, () => () => {
      const input = booking(pick(students), 30, times());
      return as(pick(tutors)).send(scheduleLesson, { input });
    }),
    ...requests.map(
      ({ tutor, id }) =>
        () =>
          as(tutor).send(acceptRequest, { input: { lessonId: id } }),
    ),
    ...lessons.map(({ student, id }) => () => {
      const input = { lessonId: id, ...times() };
      return as(student).send(rescheduleLesson, { input });
    }),
  ];
  const inAnyOrder = attempts.map((run) => ({ run, key: Math.random() })).sort((a, b) => a.key - b.key);
  const { result, statements } = await app.statements.during(() =>
    Promise.all(inAnyOrder.map(({ run }) => run())),
  );

  const counts = outcomes(result);
  expect(Object.keys(counts).sort()).toEqual(['SLOT_TAKEN', 'ok']);
  expect(await overlaps(school.organizationId)).toEqual([{ n: 0 }]);
  // A transaction that had deadlocked would have been begun again.
  expect(statements.filter((text) => text === 'COMMIT' || text === 'ROLLBACK')).toHaveLength(200);
  const [{ n } = { n: 0 }] = await app.foundation.database.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM lesson_history WHERE organization_id = $1::uuid AND change <> 'REQUESTED'`,
    school.organizationId,
  );
  expect(n).toBe(counts['ok']);
}, 60_000);
