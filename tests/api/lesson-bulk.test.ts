import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  booking,
  historyOf,
  inHours,
  pairWithClients,
  queued,
  scheduleLessons,
} from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function lessonCount(organizationId: string): Promise<number> {
  const [row] = await app.foundation.database.sql<{ n: number }>(
    'SELECT count(*)::int AS n FROM lesson WHERE organization_id = $1::uuid',
    organizationId,
  );
  return row?.n ?? 0;
}

describe('scheduleLessons', () => {
  it('books 200 lessons in their order, with as many statements as one', async () => {
    const { school, student, asTutor, asStudent } = await pairWithClients(app);
    const statementsOf = async (count: number, from: number) => {
      const lessons = Array.from({ length: count }, (_, n) =>
        booking(student, from + 2 * n, { title: `No. ${n}` }),
      );
      const { result, statements } = await app.statements.during(() =>
        asTutor.data(scheduleLessons, { input: { lessons } }),
      );
      const titles = result.scheduleLessons.lessons.map(({ title }: { title: string }) => title);
      expect(titles).toEqual(lessons.map(({ title }) => title));
      return { lessons: result.scheduleLessons.lessons, statements: statements.length };
    };
    const many = await statementsOf(200, 30);
    const two = await statementsOf(2, 1_000);
    expect(many.statements).toBe(two.statements);
    expect(await lessonCount(school.organizationId)).toBe(202);
    expect(await historyOf(asStudent, many.lessons[7].id)).toHaveLength(1);
    expect(await queued(app, [student.uuid])).toHaveLength(202);
  });

  it('tells what is wrong with every lesson, and books none', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const unrelated = await school.student();
    const foreign = await (await app.seed.school()).student();
    await school.lesson(tutor, student, { startsAt: inHours(40) });
    const busy = await school.pair();
    await school.relation(tutor, busy.student);
    await school.lesson(busy.tutor, busy.student, { startsAt: inHours(60) });
    const lessons = [
      booking(student, 30),
      booking(student, 40),
      booking(student, 30, { startsAt: inHours(30, 30).toISOString() }),
      booking(student, -5),
      booking(unrelated, 50),
      booking(foreign, 52),
      booking(busy.student, 60),
      booking(student, 54, { endsAt: inHours(53).toISOString() }),
    ];
    const { extensions } = await asTutor.error(scheduleLessons, { input: { lessons } });
    expect(extensions).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(extensions.fields).toEqual({
      'input.lessons.1.startsAt': ['the tutor has another lesson', 'the student has another lesson'],
      'input.lessons.2.startsAt': ['overlaps lessons.0 of this input'],
      'input.lessons.3.startsAt': ['must be in the future'],
      'input.lessons.4.studentId': ['has no active relation with you'],
      'input.lessons.5.studentId': ['is not the id of a student'],
      'input.lessons.6.startsAt': ['the student has another lesson'],
      'input.lessons.7.endsAt': ['must be after startsAt'],
    });
    expect(await lessonCount(school.organizationId)).toBe(2);
  });

  it('has the code of what is wrong when it is one thing', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    await school.lesson(tutor, student, { startsAt: inHours(40) });
    const input = { lessons: [booking(student, 30), booking(student, 40)] };
    expect((await asTutor.error(scheduleLessons, { input })).extensions.code).toBe('SLOT_TAKEN');
  });

  it('only tries with dryRun', async () => {
    const { school, student, asTutor } = await pairWithClients(app);
    const input = { lessons: [booking(student, 30)], dryRun: true, idempotencyKey: 'one' };
    expect(await asTutor.data(scheduleLessons, { input })).toEqual({ scheduleLessons: { lessons: [] } });
    const wrong = { ...input, lessons: [booking(student, -30)] };
    expect((await asTutor.error(scheduleLessons, { input: wrong })).extensions.code).toBe('VALIDATION_ERROR');
    expect(await lessonCount(school.organizationId)).toBe(0);
  });

  it('gives the same lessons for the same key', async () => {
    const { school, student, asTutor } = await pairWithClients(app);
    const input = { lessons: [32, 30, 34].map((hours) => booking(student, hours)), idempotencyKey: 'one' };
    const first = await asTutor.data(scheduleLessons, { input });
    expect(await asTutor.data(scheduleLessons, { input })).toEqual(first);
    expect(await lessonCount(school.organizationId)).toBe(3);
    const { extensions } = await asTutor.error(scheduleLessons, {
      input: { ...input, lessons: [booking(student, 36)] },
    });
    expect(extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it.each([0, 201])('refuses %i lessons', async (length) => {
    const { student, asTutor } = await pairWithClients(app);
    const lessons = Array.from({ length }, (_, n) => booking(student, 30 + n));
    const { extensions } = await asTutor.error(scheduleLessons, { input: { lessons } });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.lessons': ['must have 1 to 200 items'] },
    });
  });

  it('names bad values, and keys where they do not belong, by index', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lessons = [booking(student, 30, { title: ' ' }), booking(student, 32, { idempotencyKey: 'x' })];
    const { extensions } = await asTutor.error(scheduleLessons, { input: { lessons } });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: {
        'input.lessons.0.title': expect.anything(),
        'input.lessons.1.idempotencyKey': ['belongs beside the list'],
      },
    });
  });

  it('is not for students', async () => {
    const { student, asStudent } = await pairWithClients(app);
    const { extensions } = await asStudent.error(scheduleLessons, {
      input: { lessons: [booking(student, 30)] },
    });
    expect(extensions.code).toBe('FORBIDDEN');
  });
});
