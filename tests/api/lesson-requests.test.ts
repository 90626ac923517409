import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  acceptRequest,
  booking,
  cancel,
  declineRequest,
  historyOf,
  inHours,
  outcomes,
  pairWithClients,
  queued,
  read,
  requestLesson,
  schedule,
} from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

function asked(tutor: Person, hours: number, changes: Record<string, unknown> = {}) {
  const { studentId: _, ...plan } = booking(tutor, hours, changes);
  return { tutorId: tutor.id, ...plan };
}

describe('requestLesson', () => {
  it('asks the tutor, who accepts and so books it', async () => {
    const { tutor, student, asTutor, asStudent } = await pairWithClients(app);
    const { lesson } = (await asStudent.data(requestLesson, { input: asked(tutor, 30) })).requestLesson;
    expect(lesson).toMatchObject({
      status: 'REQUESTED',
      version: 1,
      tutor: { id: tutor.id },
      student: { id: student.id },
    });
    expect(await queued(app, [tutor.uuid, student.uuid])).toEqual([
      { userId: tutor.uuid, eventType: 'lesson.requested' },
    ]);
    const input = { lessonId: lesson.id, expectedVersion: 1 };
    const accepted = (await asTutor.data(acceptRequest, { input })).acceptLessonRequest.lesson;
    expect(accepted).toMatchObject({ id: lesson.id, status: 'SCHEDULED', version: 2 });
    expect((await queued(app, [student.uuid])).map(({ eventType }) => eventType)).toEqual([
      'lesson.accepted',
    ]);
    expect(await historyOf(asStudent, lesson.id)).toEqual([
      `REQUESTED null>REQUESTED by ${student.id}`,
      `ACCEPTED REQUESTED>SCHEDULED by ${tutor.id}`,
    ]);
  });

  it('tells the student of a refusal, and the tutor of a withdrawal', async () => {
    const { tutor, student, asTutor, asStudent } = await pairWithClients(app);
    const first = (await asStudent.data(requestLesson, { input: asked(tutor, 30) })).requestLesson.lesson;
    const second = (await asStudent.data(requestLesson, { input: asked(tutor, 30) })).requestLesson.lesson;
    await asTutor.data(declineRequest, { input: { lessonId: first.id } });
    expect((await cancel(asStudent, { lessonId: second.id })).cancellation).toMatchObject({ late: false });
    const types = (await queued(app, [tutor.uuid, student.uuid])).map(({ eventType }) => eventType);
    expect(types).toEqual(['lesson.requested', 'lesson.requested', 'lesson.declined', 'lesson.cancelled']);
  });

  it('blocks no slot: who accepts too late gets SLOT_TAKEN and still has the request', async () => {
    const { tutor, student, asTutor, asStudent } = await pairWithClients(app);
    const { lesson } = (await asStudent.data(requestLesson, { input: asked(tutor, 30) })).requestLesson;
    await schedule(asTutor, booking(student, 30));
    const { extensions } = await asTutor.error(acceptRequest, { input: { lessonId: lesson.id } });
    expect(extensions).toMatchObject({
      code: 'SLOT_TAKEN',
      fields: { 'input.lessonId': ['the tutor has another lesson'] },
    });
    expect(await read(asTutor, lesson.id)).toMatchObject({ status: 'REQUESTED', version: 1 });
    expect(await historyOf(asTutor, lesson.id)).toHaveLength(1);
  });

  it('gives the slot to one of two requests that are accepted at the same time', async () => {
    const { tutor, asTutor, asStudent } = await pairWithClients(app);
    const ids: string[] = [];
    for (let n = 0; n < 6; n++)
      ids.push((await asStudent.data(requestLesson, { input: asked(tutor, 30) })).requestLesson.lesson.id);
    const answers = await Promise.all(
      ids.map((lessonId) => asTutor.send(acceptRequest, { input: { lessonId } })),
    );
    expect(outcomes(answers)).toEqual({ ok: 1, SLOT_TAKEN: 5 });
  });

  it('refuses a slot that is taken already', async () => {
    const { school, tutor, student, asStudent } = await pairWithClients(app);
    await school.lesson(tutor, student, { startsAt: inHours(30) });
    const { extensions } = await asStudent.error(requestLesson, { input: asked(tutor, 30) });
    expect(extensions).toMatchObject({ code: 'SLOT_TAKEN', fields: { 'input.startsAt': expect.anything() } });
  });

  it('is not for tutors', async () => {
    const { tutor, asTutor } = await pairWithClients(app);
    expect((await asTutor.error(requestLesson, { input: asked(tutor, 30) })).extensions.code).toBe(
      'FORBIDDEN',
    );
  });

  it('answers a foreign tutor, an absent one and a student alike', async () => {
    const { school, student, asStudent } = await pairWithClients(app);
    const foreign = await (await app.seed.school()).tutor();
    for (const person of [foreign, student, await school.student()]) {
      const { extensions } = await asStudent.error(requestLesson, { input: asked(person, 30) });
      expect(extensions).toMatchObject({
        code: 'TUTOR_NOT_FOUND',
        fields: { 'input.tutorId': ['is not the id of a tutor'] },
      });
    }
  });

  it('needs an active relation', async () => {
    const { school, asStudent } = await pairWithClients(app);
    const { extensions } = await asStudent.error(requestLesson, { input: asked(await school.tutor(), 30) });
    expect(extensions.code).toBe('RELATION_NOT_ACTIVE');
  });

  it('names every wrong time', async () => {
    const { tutor, asStudent } = await pairWithClients(app);
    const input = asked(tutor, -3, { endsAt: inHours(9).toISOString() });
    const { extensions } = await asStudent.error(requestLesson, { input });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: {
        'input.startsAt': ['must be in the future'],
        'input.endsAt': ['must be at most 8 hours after startsAt'],
      },
    });
  });

  it('gives the same request for the same key', async () => {
    const { tutor, asStudent } = await pairWithClients(app);
    const input = asked(tutor, 30, { idempotencyKey: 'one' });
    const first = (await asStudent.data(requestLesson, { input })).requestLesson.lesson;
    expect((await asStudent.data(requestLesson, { input })).requestLesson.lesson).toEqual(first);
    const { extensions } = await asStudent.error(requestLesson, { input: { ...input, title: 'Else' } });
    expect(extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });
});
