import { startApp, type TestApp } from '../testkit/start-app.js';
import { booking, cancel, read, schedule, update } from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const lessonEvents = `subscription ($lessonId: ID, $after: Cursor) {
  lessonEvents(lessonId: $lessonId, after: $after) {
    __typename
    ... on ChannelEvent { cursor occurredAt }
    ... on LessonChanged { change lesson { id title status version } }
  }
}`;

async function setting() {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const asTutor = app.client(tutor.accessToken);
  const follow = (person: { accessToken: string }, variables: Record<string, unknown> = {}) => {
    const received = app.socket(person.accessToken).subscribe(lessonEvents, variables);
    return {
      ...received,
      next: async () => (await received.next()).lessonEvents,
      take: async (count: number) => (await received.take(count)).map((data) => data.lessonEvents),
    };
  };
  return { school, tutor, student, asTutor, follow };
}

describe('lessonEvents of one lesson', () => {
  it('sends a change live', async () => {
    const { student, asTutor, follow } = await setting();
    const lesson = await schedule(asTutor, booking(student, 30));
    const events = follow(student, { lessonId: lesson.id });
    expect(await events.next()).toMatchObject({ __typename: 'ChannelJoined', cursor: lesson.eventCursor });
    const updated = await update(asTutor, { lessonId: lesson.id, title: 'Geometry' });
    expect(await events.next()).toEqual({
      __typename: 'LessonChanged',
      cursor: updated.eventCursor,
      occurredAt: expect.any(String),
      change: 'EDITED',
      lesson: { id: lesson.id, title: 'Geometry', status: 'SCHEDULED', version: 2 },
    });
  });

  it('replays what came after the cursor, in order, with the lesson as it stands now', async () => {
    const { student, asTutor, follow } = await setting();
    const lesson = await schedule(asTutor, booking(student, 30));
    await update(asTutor, { lessonId: lesson.id, title: 'Geometry' });
    await cancel(asTutor, { lessonId: lesson.id });
    const events = await follow(student, { lessonId: lesson.id, after: lesson.eventCursor }).take(3);
    const present = { id: lesson.id, title: 'Geometry', status: 'CANCELLED', version: 3 };
    expect(events).toMatchObject([
      { __typename: 'LessonChanged', change: 'EDITED', lesson: present },
      { __typename: 'LessonChanged', change: 'CANCELLED', lesson: present },
      { __typename: 'ChannelJoined' },
    ]);
  });

  it('misses nothing after the cursor of a lesson that was read', async () => {
    const { school, tutor, student, asTutor, follow } = await setting();
    const seeded = await school.lesson(tutor, student);
    const { eventCursor } = await read(asTutor, seeded.id);
    await update(asTutor, { lessonId: seeded.id, title: 'Geometry' });
    const [event] = await follow(student, { lessonId: seeded.id, after: eventCursor }).take(1);
    expect(event).toMatchObject({ change: 'EDITED', lesson: { version: 2 } });
  });

  it('says nothing when an update changed nothing', async () => {
    const { student, asTutor, follow } = await setting();
    const lesson = await schedule(asTutor, booking(student, 30));
    const events = follow(student, { lessonId: lesson.id, after: lesson.eventCursor });
    await events.next();
    await update(asTutor, { lessonId: lesson.id, title: lesson.title });
    await cancel(asTutor, { lessonId: lesson.id });
    expect(await events.next()).toMatchObject({ change: 'CANCELLED' });
  });

  it('is refused to whom the lesson does not exist', async () => {
    const { school, tutor, student, follow } = await setting();
    const lesson = await school.lesson(tutor, student);
    const strangers = [await school.tutor(), await (await app.seed.school()).admin()];
    for (const stranger of strangers) {
      const [error] = await follow(stranger, { lessonId: lesson.id }).errors();
      expect(error?.extensions.code).toBe('LESSON_NOT_FOUND');
    }
  });

  it('is refused without a signed-in person', async () => {
    const { school, tutor, student } = await setting();
    const lesson = await school.lesson(tutor, student);
    const [error] = await app.socket().subscribe(lessonEvents, { lessonId: lesson.id }).errors();
    expect(error?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('is refused with a cursor of another lesson', async () => {
    const { student, asTutor, follow } = await setting();
    const one = await schedule(asTutor, booking(student, 30));
    const two = await schedule(asTutor, booking(student, 31));
    const [error] = await follow(student, { lessonId: one.id, after: two.eventCursor }).errors();
    expect(error?.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { after: expect.anything() },
    });
  });

  it('is open to admins of the school', async () => {
    const { school, tutor, student, follow } = await setting();
    const lesson = await school.lesson(tutor, student);
    expect((await follow(await school.admin(), { lessonId: lesson.id }).next()).__typename).toBe(
      'ChannelJoined',
    );
  });
});

describe('lessonEvents of all lessons', () => {
  it('tells both people of a new lesson', async () => {
    const { tutor, student, asTutor, follow } = await setting();
    const streams = [follow(tutor), follow(student)];
    for (const stream of streams) expect((await stream.next()).__typename).toBe('ChannelJoined');
    const lesson = await schedule(asTutor, booking(student, 30));
    for (const stream of streams) {
      expect(await stream.next()).toMatchObject({
        change: 'SCHEDULED',
        lesson: { id: lesson.id, version: 1 },
      });
    }
  });

  it('goes on where a list was read', async () => {
    const { student, asTutor, follow } = await setting();
    await schedule(asTutor, booking(student, 30));
    const asStudent = app.client(student.accessToken);
    const { lessons } = await asStudent.data('{ lessons { eventCursor } }');
    const second = await schedule(asTutor, booking(student, 31));
    const events = await follow(student, { after: lessons.eventCursor }).take(2);
    expect(events).toMatchObject([
      { change: 'SCHEDULED', lesson: { id: second.id } },
      { __typename: 'ChannelJoined' },
    ]);
  });

  it('says nothing of other people’s lessons', async () => {
    const { school, tutor, student, asTutor, follow } = await setting();
    const other = await school.student();
    await school.relation(tutor, other);
    const events = follow(student);
    await events.next();
    await schedule(asTutor, booking(other, 30));
    const mine = await schedule(asTutor, booking(student, 31));
    expect(await events.next()).toMatchObject({ lesson: { id: mine.id } });
  });
});
