import { eventually } from '../testkit/eventually.js';
import type { GraphqlClient } from '../testkit/graphql-client.js';
import type { LessonSeed } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  booking,
  cancel,
  completeLesson,
  correctOutcome,
  historyOf,
  inHours,
  joinLesson,
  leaveLesson,
  markNoShow,
  pairWithClients,
  queued,
  read,
  rescheduleLesson,
  schedule,
  startLesson,
  update,
} from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

/** A pair with a lesson that began so many minutes ago. */
async function lessonFrom(minutes: number, seed: LessonSeed = {}) {
  const scene = await pairWithClients(app);
  const lesson = await scene.school.lesson(scene.tutor, scene.student, {
    startsAt: minutesAgo(minutes),
    ...seed,
  });
  return { ...scene, lesson, input: { lessonId: lesson.id } };
}

async function attendanceOf(client: GraphqlClient, id: string) {
  const { lesson } = await client.data(
    'query ($id: ID!) { lesson(id: $id) { attendance { user { id } from to } } }',
    { id },
  );
  return lesson.attendance as { user: { id: string }; from: string; to: string | null }[];
}

describe('a lesson that is held', () => {
  it('is begun and ended by its tutor, who was there', async () => {
    const { tutor, asTutor, asStudent, lesson, input } = await lessonFrom(-10);
    expect((await asTutor.data(startLesson, { input })).startLesson.lesson.status).toBe('IN_PROGRESS');
    const { lesson: held } = (await asTutor.data(completeLesson, { input })).completeLesson;
    expect(held).toMatchObject({ status: 'COMPLETED', version: 3 });
    expect(await historyOf(asStudent, lesson.id)).toEqual([
      `STARTED SCHEDULED>IN_PROGRESS by ${tutor.id}`,
      `COMPLETED IN_PROGRESS>COMPLETED by ${tutor.id}`,
    ]);
    expect((await attendanceOf(asStudent, lesson.id)).map(({ user }) => user.id)).toEqual([tutor.id]);
  });

  it('cannot be begun more than 15 minutes early', async () => {
    const { asTutor, input } = await lessonFrom(-16);
    expect((await asTutor.error(startLesson, { input })).extensions.code).toBe('LESSON_INVALID_TRANSITION');
  });

  it('begins once when the tutor begins it twice at the same time', async () => {
    const { asTutor, lesson, input } = await lessonFrom(0);
    await Promise.all([1, 2, 3].map(() => asTutor.send(startLesson, { input })));
    expect(await read(asTutor, lesson.id)).toMatchObject({ status: 'IN_PROGRESS', version: 2 });
  });
});

describe('attendance', () => {
  it('is an interval from join to leave, whatever is repeated', async () => {
    const { student, asStudent, asTutor, lesson, input } = await lessonFrom(5);
    for (const mutation of [leaveLesson, joinLesson, joinLesson, leaveLesson, leaveLesson])
      await asStudent.data(mutation, { input });
    const [interval, ...more] = await attendanceOf(asTutor, lesson.id);
    expect(more).toEqual([]);
    expect(interval).toEqual({ user: { id: student.id }, from: expect.any(String), to: expect.any(String) });
  });

  it('is open while somebody is there, and is no change of the lesson', async () => {
    const { asStudent, asTutor, lesson, input } = await lessonFrom(5);
    expect((await asStudent.data(joinLesson, { input })).joinLesson.lesson.version).toBe(1);
    expect(await attendanceOf(asTutor, lesson.id)).toMatchObject([{ to: null }]);
    expect(await historyOf(asTutor, lesson.id)).toEqual([]);
  });

  it.each([
    ['16 minutes before the start', -16],
    ['30 minutes after the end', 90],
  ])('cannot begin %s', async (_when, minutes) => {
    const { asStudent, input } = await lessonFrom(minutes);
    expect((await asStudent.error(joinLesson, { input })).extensions.code).toBe('LESSON_INVALID_TRANSITION');
  });

  it('refuses a stale version', async () => {
    const { asStudent, input } = await lessonFrom(5);
    const { extensions } = await asStudent.error(joinLesson, { input: { ...input, expectedVersion: 7 } });
    expect(extensions).toMatchObject({
      code: 'LESSON_CONFLICT',
      fields: { 'input.expectedVersion': ['is 1'] },
    });
  });
});

describe('a socket that is lost', () => {
  const follow = 'subscription ($id: ID!) { lessonEvents(lessonId: $id) { __typename } }';
  const open = async (token: string, id: string) => {
    const socket = app.socket(token);
    await socket.subscribe(follow, { id }).next();
    return socket;
  };
  const shape = async (client: GraphqlClient, id: string) =>
    (await attendanceOf(client, id)).map(({ to }) => (to ? 'closed' : 'open')).join();
  const becomes = (client: GraphqlClient, id: string, expected: string) =>
    eventually(
      () => shape(client, id),
      (now) => now === expected,
    );

  it('ends the attendance of who was there, until they are back', async () => {
    const { student, asTutor, asStudent, lesson, input } = await lessonFrom(5);
    await asStudent.data(joinLesson, { input });
    const socket = await open(student.accessToken, lesson.id);
    expect(await shape(asTutor, lesson.id)).toBe('open');
    await socket.dispose();
    await becomes(asTutor, lesson.id, 'closed');
    await open(student.accessToken, lesson.id);
    await becomes(asTutor, lesson.id, 'closed,open');
  });

  it('takes nobody away who has another one', async () => {
    const { student, asTutor, asStudent, lesson, input } = await lessonFrom(5);
    await asStudent.data(joinLesson, { input });
    const [first, second] = [
      await open(student.accessToken, lesson.id),
      await open(student.accessToken, lesson.id),
    ];
    await first.dispose();
    await asStudent.data(joinLesson, { input });
    expect(await shape(asTutor, lesson.id)).toBe('open');
    await second.dispose();
    await becomes(asTutor, lesson.id, 'closed');
  });

  it('is nothing to who never came, and does not bring back who left', async () => {
    const { student, tutor, asTutor, asStudent, lesson, input } = await lessonFrom(5);
    const socket = await open(tutor.accessToken, lesson.id);
    await socket.dispose();
    await asStudent.data(joinLesson, { input });
    await asStudent.data(leaveLesson, { input });
    await open(student.accessToken, lesson.id);
    expect(await shape(asTutor, lesson.id)).toBe('closed');
  });
});

describe('markLessonNoShow', () => {
  it('is accepted when attendance shows the absence, and the other is told', async () => {
    const { tutor, student, asTutor, input } = await lessonFrom(11);
    await asTutor.data(joinLesson, { input });
    const { lesson } = (await asTutor.data(markNoShow, { input: { ...input, party: 'STUDENT' } }))
      .markLessonNoShow;
    expect(lesson).toMatchObject({ status: 'NO_SHOW', noShowParty: 'STUDENT', version: 2 });
    expect(await queued(app, [tutor.uuid, student.uuid])).toEqual([
      { userId: student.uuid, eventType: 'lesson.no_show' },
    ]);
  });

  it.each(['TUTOR', 'BOTH'])('is refused for %s when the tutor was there', async (party) => {
    const { asTutor, asStudent, lesson, input } = await lessonFrom(11);
    await asTutor.data(joinLesson, { input });
    await asTutor.data(leaveLesson, { input });
    const { extensions } = await asStudent.error(markNoShow, { input: { ...input, party } });
    expect(extensions).toMatchObject({
      code: 'LESSON_INVALID_TRANSITION',
      fields: { 'input.party': ['did come to the lesson'] },
    });
    expect((await read(asTutor, lesson.id)).status).toBe('SCHEDULED');
  });

  it('is refused before 10 minutes have passed', async () => {
    const { asTutor, input } = await lessonFrom(9);
    const { extensions } = await asTutor.error(markNoShow, { input: { ...input, party: 'STUDENT' } });
    expect(extensions.code).toBe('LESSON_INVALID_TRANSITION');
  });

  it('never passes over somebody who comes at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const { asTutor, asStudent, input } = await lessonFrom(11);
      const [came, marked] = await Promise.all([
        asStudent.send(joinLesson, { input }),
        asTutor.send(markNoShow, { input: { ...input, party: 'STUDENT' } }),
      ]);
      expect([came.errors === undefined, marked.errors === undefined].sort()).toEqual([false, true]);
    }
  });
});

describe('correctLessonOutcome', () => {
  it('turns a wrong no-show into a held lesson and back', async () => {
    const { school, asTutor, input, lesson } = await lessonFrom(120, { status: 'NO_SHOW' });
    const admin = await school.admin();
    const asAdmin = app.client(admin.accessToken);
    const correct = async (changes: Record<string, unknown>) =>
      (await asAdmin.data(correctOutcome, { input: { ...input, ...changes } })).correctLessonOutcome.lesson;
    expect(await correct({ status: 'COMPLETED' })).toMatchObject({ status: 'COMPLETED', noShowParty: null });
    const again = { status: 'NO_SHOW', noShowParty: 'TUTOR', expectedVersion: 2 };
    expect(await correct(again)).toMatchObject({ status: 'NO_SHOW', noShowParty: 'TUTOR' });
    expect(await historyOf(asTutor, lesson.id)).toEqual([
      `CORRECTED NO_SHOW>COMPLETED by ${admin.id}`,
      `CORRECTED COMPLETED>NO_SHOW by ${admin.id}`,
    ]);
  });

  it('is refused after 72 hours', async () => {
    const { school, input } = await lessonFrom(74 * 60, { status: 'NO_SHOW' });
    const asAdmin = app.client((await school.admin()).accessToken);
    const { extensions } = await asAdmin.error(correctOutcome, { input: { ...input, status: 'COMPLETED' } });
    expect(extensions.code).toBe('LESSON_INVALID_TRANSITION');
  });

  it.each([
    [{ status: 'NO_SHOW' }, 'input.noShowParty'],
    [{ status: 'SCHEDULED' }, 'input.status'],
    [{ status: 'COMPLETED', noShowParty: 'BOTH' }, 'input.noShowParty'],
  ])('refuses %j', async (changes, path) => {
    const { school, input } = await lessonFrom(120, { status: 'COMPLETED' });
    const asAdmin = app.client((await school.admin()).accessToken);
    const { extensions } = await asAdmin.error(correctOutcome, { input: { ...input, ...changes } });
    expect(extensions).toMatchObject({ code: 'VALIDATION_ERROR', fields: { [path]: expect.anything() } });
  });
});

describe('rescheduleLesson', () => {
  it('moves a lesson, keeps its id, and tells the other', async () => {
    const { tutor, student, asTutor, asStudent } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    const times = { startsAt: inHours(40).toISOString(), endsAt: inHours(42).toISOString() };
    const input = { lessonId: lesson.id, expectedVersion: 1, ...times };
    const [moved] = (await asStudent.data(rescheduleLesson, { input })).rescheduleLesson.lessons;
    expect(moved).toMatchObject({ id: lesson.id, version: 2, status: 'SCHEDULED', ...times });
    expect(await queued(app, [tutor.uuid])).toEqual([{ userId: tutor.uuid, eventType: 'lesson.moved' }]);
    expect((await historyOf(asTutor, lesson.id))[1]).toBe(
      `MOVED ${lesson.startsAt}/${lesson.endsAt}>${times.startsAt}/${times.endsAt} by ${student.id}`,
    );
  });

  it('may overlap the old times of the lesson itself, and changes nothing when they stay', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    const move = async (startsAt: string, endsAt: string) => {
      const input = { lessonId: lesson.id, startsAt, endsAt };
      return (await asTutor.data(rescheduleLesson, { input })).rescheduleLesson.lessons[0];
    };
    expect((await move(inHours(30, 30).toISOString(), inHours(31, 30).toISOString())).version).toBe(2);
    expect((await move(inHours(30, 30).toISOString(), inHours(31, 30).toISOString())).version).toBe(2);
  });

  it('refuses a slot that is taken, and leaves the lesson where it is', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    await school.lesson(tutor, student, { startsAt: inHours(40) });
    const times = { startsAt: inHours(40, 30).toISOString(), endsAt: inHours(41, 30).toISOString() };
    const { extensions } = await asTutor.error(rescheduleLesson, {
      input: { lessonId: lesson.id, ...times },
    });
    expect(extensions).toMatchObject({
      code: 'SLOT_TAKEN',
      fields: { 'input.startsAt': ['the tutor has another lesson'] },
    });
    expect(await read(asTutor, lesson.id)).toEqual(lesson);
  });

  it('names every wrong time', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    const input = {
      lessonId: lesson.id,
      startsAt: inHours(-2).toISOString(),
      endsAt: inHours(-3).toISOString(),
    };
    const { extensions } = await asTutor.error(rescheduleLesson, { input });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.startsAt': ['must be in the future'], 'input.endsAt': ['must be after startsAt'] },
    });
  });
});

describe('the history of a lesson', () => {
  it('is paged, and costs one statement for a whole list', async () => {
    const { student, asTutor, asStudent } = await pairWithClients(app);
    const lessons = [];
    for (const hours of [30, 32, 34]) lessons.push(await schedule(asTutor, booking(student, hours)));
    await update(asTutor, { lessonId: lessons[0].id, title: 'Geometry' });
    await update(asTutor, { lessonId: lessons[0].id, notes: 'Bring a compass' });
    const list = `query ($after: String) { lessons { edges { node { history(first: 2, after: $after) {
      pageInfo { hasNextPage endCursor } edges { node { change from to } } } } } } }`;
    const { result, statements } = await app.statements.during(() => asStudent.data(list));
    expect(statements.filter((text) => text.includes('lesson_history'))).toHaveLength(1);
    const [first] = result.lessons.edges;
    expect(first.node.history.edges.map(({ node }: { node: object }) => node)).toEqual([
      { change: 'SCHEDULED', from: null, to: 'SCHEDULED' },
      { change: 'EDITED', from: 'Algebra', to: 'Geometry' },
    ]);
    const { endCursor: after, hasNextPage } = first.node.history.pageInfo;
    expect(hasNextPage).toBe(true);
    const rest = (await asStudent.data(list, { after })).lessons.edges[0].node.history.edges;
    expect(rest).toEqual([{ node: { change: 'EDITED', from: null, to: null } }]);
  });
});

describe('the cancellation policy of a tutor', () => {
  const set = `mutation ($input: SetCancellationPolicyInput!) {
    setCancellationPolicy(input: $input) { tutor { id cancellationWindowMinutes } } }`;

  it('holds for what is booked from then on', async () => {
    const { tutor, student, asTutor } = await pairWithClients(app);
    const before = await schedule(asTutor, booking(student, 3));
    const { setCancellationPolicy: payload } = await asTutor.data(set, { input: { windowMinutes: 60 } });
    expect(payload.tutor).toEqual({ id: tutor.id, cancellationWindowMinutes: 60 });
    const after = await schedule(asTutor, booking(student, 5));
    expect((await cancel(asTutor, { lessonId: before.id })).cancellation.late).toBe(true);
    expect((await cancel(asTutor, { lessonId: after.id })).cancellation.late).toBe(false);
  });

  it('is not for students', async () => {
    const { asStudent } = await pairWithClients(app);
    const { extensions } = await asStudent.error(set, { input: { windowMinutes: 60 } });
    expect(extensions.code).toBe('FORBIDDEN');
  });

  it.each([-1, 43_201])('cannot be %i minutes', async (windowMinutes) => {
    const { asTutor } = await pairWithClients(app);
    const { extensions } = await asTutor.error(set, { input: { windowMinutes } });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.windowMinutes': ['must be between 0 and 43200'] },
    });
  });
});
