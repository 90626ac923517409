import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;

/** `npm run test:plans` asks for 1,000, which makes a million lessons. */
const pairsOfSchool = Number(process.env['PLAN_PAIRS'] ?? 40);

/** 500 lessons of each pair in two schools, most of them over: enough that a scan of the table is never the best. */
beforeAll(async () => {
  app = await startApp();
  school = await app.seed.school();
  ({ tutor, student } = await school.pair());
  for (const one of [school, await app.seed.school()]) {
    const pairs = await Promise.all(Array.from({ length: pairsOfSchool }, () => one.pair()));
    if (one === school) pairs[0] = { tutor, student, relationId: '' };
    await execute(
      app.databaseUrl,
      `INSERT INTO lesson (id, organization_id, tutor_id, student_id, title, notes, starts_at, ends_at, status)
       SELECT uuidv7(), $1::uuid, pair.tutor, pair.student, 'Lesson ' || n, 'Повторити тему ' || n % 100, start,
              start + interval '1 hour', CASE WHEN n > 475 THEN 'SCHEDULED' ELSE 'COMPLETED' END::lesson_status
         FROM unnest($2::uuid[], $3::uuid[]) AS pair (tutor, student)
        CROSS JOIN generate_series(1, 500) AS n
        CROSS JOIN LATERAL (SELECT now() + (n - 450) * interval '8 hours' AS start) AS times`,
      [one.organizationId, pairs.map((pair) => pair.tutor.uuid), pairs.map((pair) => pair.student.uuid)],
    );
  }
  // Vacuumed too: what waits to be added to the index of words makes it look dear.
  await execute(app.databaseUrl, 'VACUUM (ANALYZE) lesson');
}, 600_000);
afterAll(() => app.stop());

/** The plans, for unknown values, of the statements on lessons that a piece of work sends. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  const { statements } = await app.statements.during(work);
  const plans: string[] = [];
  for (const text of statements.filter((one) => /\blesson\b/.test(one) && !/^INSERT/.test(one))) {
    const rows = await execute<Record<string, string>>(app.databaseUrl, `EXPLAIN (GENERIC_PLAN) ${text}`);
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
  }
  return plans;
}

const list = `query ($filter: LessonFilter, $after: String) {
  lessons(filter: $filter, first: 20, after: $after) { pageInfo { endCursor } edges { node { id } } } }`;
const as = (person: Person) => app.client(person.accessToken);

describe('a page of lessons is read from the index', () => {
  it.each(['tutor', 'student'])('of both sides, for a %s, on the first page and on others', async (role) => {
    const client = as(role === 'tutor' ? tutor : student);
    const filter = { from: new Date().toISOString() };
    const after = (await client.data(list, { filter })).lessons.pageInfo.endCursor;
    for (const variables of [{ filter }, { filter, after }]) {
      const plans = await plansOf(() => client.data(list, variables));
      expect(plans).toHaveLength(1);
      expect(plans[0]).toContain('lesson_tutor_start_idx');
      expect(plans[0]).toContain('lesson_student_start_idx');
      expect(plans[0]).not.toContain('Seq Scan on lesson');
    }
  });

  it('of the school, for an admin', async () => {
    const admin = await school.admin();
    const plans = await plansOf(() => as(admin).data(list));
    expect(plans).toEqual([expect.stringContaining('lesson_school_start_idx')]);
    expect(plans[0]).not.toContain('Seq Scan on lesson');
  });

  it('of words, for a text in the school', async () => {
    const admin = await school.admin();
    const plans = await plansOf(() => as(admin).data(list, { filter: { text: 'тема' } }));
    expect(plans).toEqual([expect.stringContaining('lesson_search_idx')]);
  });

  it('of words or of one’s own lessons, for a text among these', async () => {
    const [plan] = await plansOf(() => as(tutor).data(list, { filter: { text: 'тема' } }));
    expect(plan).toMatch(/lesson_search_idx|lesson_tutor_start_idx/);
    expect(plan).not.toContain('Seq Scan on lesson');
  });
});

it('what is overdue is found in its own small indexes', async () => {
  const plans = await plansOf(() => app.deliver());
  expect(plans[0]).toContain('lesson_open_end_idx');
  expect(plans[0]).toMatch(/lesson_request_(start|made)_idx/);
  expect(plans.join()).not.toContain('Seq Scan on lesson');
});

it('the clashes of a booking are found in the constraints', async () => {
  const startsAt = new Date(Date.now() + 1_000 * 86_400_000);
  const lesson = {
    studentId: student.id,
    title: 'Late',
    startsAt,
    endsAt: new Date(startsAt.getTime() + 3_600_000),
  };
  const plans = await plansOf(() =>
    as(tutor).data(
      'mutation ($input: ScheduleLessonsInput!) { scheduleLessons(input: $input) { lessons { id } } }',
      { input: { lessons: [lesson] } },
    ),
  );
  const clashes = plans.find((plan) => plan.includes('jsonb_to_recordset'));
  expect(clashes).toContain('lesson_tutor_no_overlap');
  expect(clashes).toContain('lesson_student_no_overlap');
});
