import { encodeId, newId } from '../../src/shared/ids.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  booking,
  cancel,
  cancelLesson,
  inHours,
  pairWithClients,
  queued,
  read,
  readLesson,
  schedule,
  update,
  updateLesson,
} from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

describe('cancelLesson', () => {
  it('keeps who cancelled, when and why', async () => {
    const { student, asTutor, asStudent } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 72));
    const before = Date.now();
    const cancelled = await cancel(asStudent, { lessonId: lesson.id, reason: 'Грип' });
    expect(cancelled).toMatchObject({
      id: lesson.id,
      status: 'CANCELLED',
      version: 2,
      cancellation: { by: { id: student.id }, reason: 'Грип', late: false },
    });
    expect(Date.parse(cancelled.cancellation.at)).toBeGreaterThanOrEqual(before);
    expect(await read(asTutor, lesson.id)).toEqual(cancelled);
  });

  it('is late inside the last 24 hours', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 22));
    expect((await cancel(asTutor, { lessonId: lesson.id })).cancellation).toMatchObject({
      late: true,
      reason: null,
    });
  });

  it('is measured by the window that was agreed at booking', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student, { startsAt: inHours(22) });
    await app.foundation.database.sql(
      'UPDATE lesson SET cancellation_window_minutes = 60 WHERE id = $1',
      lesson.uuid,
    );
    expect((await cancel(asTutor, { lessonId: lesson.id })).cancellation.late).toBe(false);
  });

  it('is open to admins, and then both people are told', async () => {
    const { school, tutor, student } = await pairWithClients(app);
    const admin = await school.admin();
    const lesson = await school.lesson(tutor, student);
    const asAdmin = app.client(admin.accessToken);
    expect((await cancel(asAdmin, { lessonId: lesson.id })).cancellation.by.id).toBe(admin.id);
    const told = await queued(app, [tutor.uuid, student.uuid, admin.uuid]);
    expect(told.map(({ userId }) => userId).sort()).toEqual([tutor.uuid, student.uuid].sort());
  });

  it('tells the other of the two', async () => {
    const { school, tutor, student, asStudent } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    await cancel(asStudent, { lessonId: lesson.id });
    expect(await queued(app, [tutor.uuid, student.uuid])).toEqual([
      { userId: tutor.uuid, eventType: 'lesson.cancelled' },
    ]);
  });

  it.each(['COMPLETED', 'CANCELLED', 'IN_PROGRESS'] as const)(
    'refuses a lesson that is %s',
    async (status) => {
      const { school, tutor, student, asTutor } = await pairWithClients(app);
      const lesson = await school.lesson(tutor, student, { status });
      const { extensions } = await asTutor.error(cancelLesson, { input: { lessonId: lesson.id } });
      expect(extensions.code).toBe('LESSON_INVALID_TRANSITION');
    },
  );

  it('refuses a stale version and tells the present one', async () => {
    const { school, tutor, student, asTutor, asStudent } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    await update(asTutor, { lessonId: lesson.id, title: 'Geometry' });
    const input = { lessonId: lesson.id, expectedVersion: 1 };
    const { extensions } = await asStudent.error(cancelLesson, { input });
    expect(extensions).toMatchObject({
      code: 'LESSON_CONFLICT',
      fields: { 'input.expectedVersion': ['is 2'] },
    });
  });

  it('refuses a reason of 1,001 characters', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const input = { lessonId: lesson.id, reason: 'x'.repeat(1_001) };
    const { extensions } = await asTutor.error(cancelLesson, { input });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.reason': expect.anything() },
    });
  });

  it('happens once when both cancel at the same time', async () => {
    const { school, tutor, student, asTutor, asStudent } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const answers = await Promise.all(
      [asTutor, asStudent].map((client) => client.send(cancelLesson, { input: { lessonId: lesson.id } })),
    );
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'ok').sort();
    expect(codes).toEqual(['LESSON_INVALID_TRANSITION', 'ok']);
    expect((await read(asTutor, lesson.id)).version).toBe(2);
  });
});

describe('updateLesson', () => {
  it('changes what is given and nothing else', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30, { notes: 'One' }));
    const renamed = await update(asTutor, { lessonId: lesson.id, title: 'Geometry', expectedVersion: 1 });
    expect(renamed).toMatchObject({ title: 'Geometry', notes: 'One', version: 2, startsAt: lesson.startsAt });
    const cleared = await update(asTutor, { lessonId: lesson.id, notes: null, expectedVersion: 2 });
    expect(cleared).toMatchObject({ title: 'Geometry', notes: null, version: 3 });
  });

  it('does nothing when nothing is different', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    expect(await update(asTutor, { lessonId: lesson.id, title: lesson.title })).toEqual(lesson);
  });

  it('is open to admins', async () => {
    const { school, tutor, student } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student, { status: 'COMPLETED' });
    const asAdmin = app.client((await school.admin()).accessToken);
    expect((await update(asAdmin, { lessonId: lesson.id, notes: 'Checked' })).notes).toBe('Checked');
  });

  it('is not for the student', async () => {
    const { school, tutor, student, asStudent } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const { extensions } = await asStudent.error(updateLesson, {
      input: { lessonId: lesson.id, title: 'Mine' },
    });
    expect(extensions.code).toBe('FORBIDDEN');
  });

  it('refuses a cancelled lesson', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student, { status: 'CANCELLED' });
    const { extensions } = await asTutor.error(updateLesson, {
      input: { lessonId: lesson.id, title: 'Again' },
    });
    expect(extensions.code).toBe('LESSON_INVALID_TRANSITION');
  });

  it('lets one of two parallel writers with the same version win', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const answers = await Promise.all(
      ['A', 'B'].map((title) =>
        asTutor.send(updateLesson, { input: { lessonId: lesson.id, title, expectedVersion: 1 } }),
      ),
    );
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'ok').sort();
    expect(codes).toEqual(['LESSON_CONFLICT', 'ok']);
  });
});

describe('a lesson', () => {
  it('exists for its people and for admins of the school', async () => {
    const { school, tutor, student } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    for (const person of [tutor, student, await school.admin()]) {
      const { node } = await app
        .client(person.accessToken)
        .data(`query ($id: ID!) { node(id: $id) { __typename id } }`, { id: lesson.id });
      expect(node).toEqual({ __typename: 'Lesson', id: lesson.id });
    }
  });

  it('does not exist for anyone else, whatever they try', async () => {
    const { school, tutor, student } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const otherSchool = await app.seed.school();
    const people = [await school.tutor(), await school.student(), await otherSchool.admin()];
    const absent = encodeId('lesson', newId());
    const operations = [
      [readLesson, (id: string) => ({ id })],
      [cancelLesson, (id: string) => ({ input: { lessonId: id } })],
      [updateLesson, (id: string) => ({ input: { lessonId: id, title: 'Mine' } })],
    ] as const;
    for (const person of people) {
      for (const [operation, variables] of operations) {
        const client = app.client(person.accessToken);
        const { extensions } = await client.error(operation, variables(lesson.id));
        expect(extensions.code).toBe('LESSON_NOT_FOUND');
        expect((await client.error(operation, variables(absent))).extensions).toEqual(extensions);
      }
    }
    expect((await read(app.client(tutor.accessToken), lesson.id)).version).toBe(1);
  });

  it('is null beside its error when it is not found', async () => {
    const { asTutor } = await pairWithClients(app);
    const { data, errors } = await asTutor.send(readLesson, { id: encodeId('lesson', newId()) });
    expect(data).toEqual({ lesson: null });
    expect(errors?.[0]?.path).toEqual(['lesson']);
  });

  it('is not shown to people who are not signed in', async () => {
    const { school, tutor, student } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const { extensions } = await app.client().error(readLesson, { id: lesson.id });
    expect(extensions.code).toBe('UNAUTHENTICATED');
  });
});
