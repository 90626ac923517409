import { encodeId, newId } from '../../src/shared/ids.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  booking,
  cancel,
  inHours,
  pairWithClients,
  queued,
  read,
  schedule,
  scheduleLesson,
} from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

describe('scheduleLesson', () => {
  it('books a lesson that both of its people see alike', async () => {
    const { tutor, student, asTutor, asStudent } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30, { notes: 'Bring a ruler.' }));
    expect(lesson).toMatchObject({
      title: 'Algebra',
      notes: 'Bring a ruler.',
      status: 'SCHEDULED',
      version: 1,
      startsAt: inHours(30).toISOString(),
      endsAt: inHours(31).toISOString(),
      tutor: { id: tutor.id },
      student: { id: student.id },
      cancellation: null,
      noShowParty: null,
    });
    expect(await read(asTutor, lesson.id)).toEqual(lesson);
    expect(await read(asStudent, lesson.id)).toEqual(lesson);
  });

  it('takes white space from around the title and keeps empty notes as none', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30, { title: '  Алгебра 🎓 ', notes: '' }));
    expect(lesson).toMatchObject({ title: 'Алгебра 🎓', notes: null });
  });

  const start = inHours(30);
  const endAfter = (minutes: number) => new Date(start.getTime() + minutes * 60_000).toISOString();
  it.each([
    [
      'a start in the past',
      { startsAt: inHours(-3).toISOString(), endsAt: inHours(-2).toISOString() },
      'input.startsAt',
    ],
    ['an end before the start', { endsAt: endAfter(-60) }, 'input.endsAt'],
    ['an end at the start', { endsAt: endAfter(0) }, 'input.endsAt'],
    ['less than 5 minutes', { endsAt: endAfter(4.999) }, 'input.endsAt'],
    ['more than 8 hours', { endsAt: endAfter(480.001) }, 'input.endsAt'],
    ['an empty title', { title: '  ' }, 'input.title'],
    ['a title of 201 characters', { title: 'x'.repeat(201) }, 'input.title'],
    ['a title on two lines', { title: 'a\nb' }, 'input.title'],
    ['notes of 4,001 characters', { notes: 'x'.repeat(4_001) }, 'input.notes'],
    ['a NUL in the notes', { notes: 'a\u0000b' }, 'input.notes'],
    ['an id that is no user’s', { studentId: encodeId('lesson', newId()) }, 'input.studentId'],
    ['a blank key', { idempotencyKey: '' }, 'input.idempotencyKey'],
    ['a key of 201 characters', { idempotencyKey: 'x'.repeat(201) }, 'input.idempotencyKey'],
  ])('refuses %s', async (_what, changes, path) => {
    const { student, asTutor } = await pairWithClients(app);
    const { extensions } = await asTutor.error(scheduleLesson, { input: booking(student, 30, changes) });
    expect(extensions.code).toBe('VALIDATION_ERROR');
    expect(Object.keys(extensions.fields)).toEqual([path]);
  });

  it('names every wrong time at once', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const input = booking(student, -30, { endsAt: inHours(-31).toISOString() });
    const { extensions } = await asTutor.error(scheduleLesson, { input });
    expect(extensions.fields).toEqual({
      'input.startsAt': ['must be in the future'],
      'input.endsAt': ['must be after startsAt'],
    });
  });

  it.each([
    ['exactly 5 minutes', 5],
    ['exactly 8 hours', 480],
  ])('allows %s', async (_what, minutes) => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(
      asTutor,
      booking(student, 30, { endsAt: inHours(30, minutes).toISOString() }),
    );
    expect(lesson.status).toBe('SCHEDULED');
  });

  it('is for tutors only', async () => {
    const { school, student, asStudent } = await pairWithClients(app);
    const admin = await school.admin();
    for (const client of [asStudent, app.client(admin.accessToken)]) {
      const { extensions } = await client.error(scheduleLesson, { input: booking(student, 30) });
      expect(extensions.code).toBe('FORBIDDEN');
    }
  });

  it('is for people who are signed in', async () => {
    const { student } = await pairWithClients(app);
    const { extensions } = await app.client().error(scheduleLesson, { input: booking(student, 30) });
    expect(extensions.code).toBe('UNAUTHENTICATED');
  });

  it('answers for another school’s student, for a tutor and for nobody alike', async () => {
    const { school, asTutor } = await pairWithClients(app);
    const foreign = await (await app.seed.school()).student();
    const absent = { ...foreign, id: encodeId('user', newId()) };
    const errors = [];
    for (const person of [foreign, absent, await school.tutor()]) {
      errors.push((await asTutor.error(scheduleLesson, { input: booking(person, 30) })).extensions);
    }
    expect(errors[0]).toMatchObject({
      code: 'STUDENT_NOT_FOUND',
      fields: { 'input.studentId': expect.anything() },
    });
    expect(errors[1]).toEqual(errors[0]);
    expect(errors[2]).toEqual(errors[0]);
  });

  it('needs a relation with the student', async () => {
    const { school, asTutor } = await pairWithClients(app);
    const { extensions } = await asTutor.error(scheduleLesson, {
      input: booking(await school.student(), 30),
    });
    expect(extensions.code).toBe('RELATION_NOT_ACTIVE');
  });

  it('needs the relation to be active still', async () => {
    const { student, relationId, asTutor } = await pairWithClients(app);
    await asTutor.data(
      `mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { status } } }`,
      { id: relationId },
    );
    const { extensions } = await asTutor.error(scheduleLesson, { input: booking(student, 30) });
    expect(extensions.code).toBe('RELATION_NOT_ACTIVE');
  });

  it('refuses a slot in which the tutor has another lesson', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const other = await school.student();
    await school.relation(tutor, other);
    await schedule(asTutor, booking(student, 30));
    const input = booking(other, 30, {
      startsAt: inHours(30, 59).toISOString(),
      endsAt: inHours(32).toISOString(),
    });
    const { extensions } = await asTutor.error(scheduleLesson, { input });
    expect(extensions).toMatchObject({
      code: 'SLOT_TAKEN',
      fields: { 'input.startsAt': ['the tutor has another lesson'] },
    });
  });

  it('refuses a slot in which the student has another lesson', async () => {
    const { school, student, asTutor } = await pairWithClients(app);
    const other = await school.tutor();
    await school.relation(other, student);
    await schedule(asTutor, booking(student, 30));
    const { extensions } = await app
      .client(other.accessToken)
      .error(scheduleLesson, { input: booking(student, 30) });
    expect(extensions).toMatchObject({
      code: 'SLOT_TAKEN',
      fields: { 'input.startsAt': ['the student has another lesson'] },
    });
  });

  it('allows lessons back to back', async () => {
    const { student, asTutor } = await pairWithClients(app);
    for (const hours of [30, 31, 29]) await schedule(asTutor, booking(student, hours));
  });

  it('allows a slot that a cancellation has freed', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    await cancel(asTutor, { lessonId: lesson.id });
    expect(await schedule(asTutor, booking(student, 30))).toMatchObject({ status: 'SCHEDULED' });
  });

  it('tells the student and leaves the tutor in peace', async () => {
    const { tutor, student, asTutor } = await pairWithClients(app);
    await schedule(asTutor, booking(student, 30));
    expect(await queued(app, [tutor.uuid, student.uuid])).toEqual([
      { userId: student.uuid, eventType: 'lesson.scheduled' },
    ]);
  });
});
