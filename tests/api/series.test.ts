import { decodeId, encodeId, newId } from '../../src/shared/ids.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { queued } from './lesson-operations.js';
import {
  book,
  mondayStarts,
  mondays,
  now,
  pairOf,
  readSeries,
  remindersFor,
  scheduleSeries,
  starts,
} from './series-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ clock: { now: () => now } });
});
afterAll(() => app.stop());

describe('scheduleLessonSeries', () => {
  it('books lessons that keep their local time across a clock change', async () => {
    const { tutor, student, asTutor, asStudent } = await pairOf(app);
    const series = await book(asTutor, mondays(student));
    expect(series).toMatchObject({
      rrule: 'FREQ=WEEKLY;COUNT=4',
      timeZone: 'Europe/Kyiv',
      localStart: '2027-03-15T10:00',
      durationMinutes: 60,
      skipped: [],
    });
    expect(starts(series.lessons)).toEqual(mondayStarts);
    expect(series.lessons[3]).toMatchObject({
      title: 'Algebra',
      status: 'SCHEDULED',
      version: 1,
      endsAt: '2027-04-05T08:00:00.000Z',
      tutor: { id: tutor.id },
      student: { id: student.id },
    });
    const { lesson } = await asStudent.data(readSeries, { id: series.lessons[0].id });
    expect(lesson.series.id).toBe(series.id);
    const { node } = await asStudent.data('query ($id: ID!) { node(id: $id) { id } }', { id: series.id });
    expect(node).toEqual({ id: series.id });
  });

  it('begins with the first lesson that the rule gives', async () => {
    const { student, asTutor } = await pairOf(app);
    const rrule = 'RRULE:freq=weekly;byday=we,fr;until=20270326T080000Z';
    const series = await book(asTutor, mondays(student, { rrule }));
    expect(series).toMatchObject({
      localStart: '2027-03-17T10:00',
      rrule: 'FREQ=WEEKLY;BYDAY=WE,FR;UNTIL=20270326T080000Z',
    });
    expect(starts(series.lessons)).toEqual([
      '2027-03-17T08:00:00.000Z',
      '2027-03-19T08:00:00.000Z',
      '2027-03-24T08:00:00.000Z',
      '2027-03-26T08:00:00.000Z',
    ]);
  });

  it('takes the day of UNTIL whole, in the zone of the series', async () => {
    const { student, asTutor } = await pairOf(app);
    const input = { rrule: 'FREQ=DAILY;UNTIL=20270317', localStart: '2027-03-15T23:30' };
    expect(starts((await book(asTutor, mondays(student, input))).lessons)).toHaveLength(3);
  });

  it('moves a time that does not exist forward, and takes one that repeats the first time', async () => {
    const { student, asTutor } = await pairOf(app);
    const sundays = { rrule: 'FREQ=WEEKLY;COUNT=3', localStart: '2027-03-21T03:30' };
    expect(starts((await book(asTutor, mondays(student, sundays))).lessons)).toEqual([
      '2027-03-21T01:30:00.000Z',
      '2027-03-28T01:30:00.000Z',
      '2027-04-04T00:30:00.000Z',
    ]);
    const autumn = { rrule: 'FREQ=DAILY;COUNT=2', localStart: '2027-10-30T03:30' };
    expect(starts((await book(asTutor, mondays(student, autumn))).lessons)).toEqual([
      '2027-10-30T00:30:00.000Z',
      '2027-10-31T00:30:00.000Z',
    ]);
  });

  it('books 200 lessons in one INSERT, and tells the student once', async () => {
    const { tutor, student, asTutor } = await pairOf(app);
    const input = mondays(student, { rrule: 'FREQ=DAILY;COUNT=200' });
    const { statements } = await app.statements.during(() => book(asTutor, input));
    expect(statements.filter((text) => text.includes('INSERT INTO lesson '))).toHaveLength(1);
    expect(await queued(app, [student.uuid])).toEqual([
      { userId: student.uuid, eventType: 'series.scheduled' },
    ]);
    expect(await remindersFor(app, student)).toBe(2 * 200);
    const few = await app.statements.during(() =>
      book(asTutor, mondays(student, { rrule: 'FREQ=DAILY;COUNT=2', localStart: '2028-03-15T10:00' })),
    );
    // Only the first news of a channel makes its row.
    expect(few.statements.length).toBeGreaterThanOrEqual(statements.length - 2);
    await app.deliver();
    const { notifications } = await app
      .client(student.accessToken)
      .data('{ notifications { edges { node { type title body subject { id } } } } }');
    const told = notifications.edges.map(({ node }: { node: object }) => node);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({
      type: 'series.scheduled',
      title: 'Lessons “Algebra” are scheduled',
      body: expect.stringContaining(`With ${tutor.displayName}. Number of lessons: 200; the first: `),
      subject: { id: expect.stringMatching(/^series_/) },
    });
  });

  it.each([
    ['never ends', { rrule: 'FREQ=WEEKLY' }, 'input.rrule'],
    ['yields nothing', { rrule: 'FREQ=DAILY;UNTIL=20270301' }, 'input.rrule'],
    [
      'asks for a day that no year has',
      { rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1' },
      'input.rrule',
    ],
    ['yields 201 lessons', { rrule: 'FREQ=DAILY;COUNT=201' }, 'input.rrule'],
    ['goes on for years', { rrule: 'FREQ=DAILY;UNTIL=20990101' }, 'input.rrule'],
    ['has COUNT and UNTIL', { rrule: 'FREQ=DAILY;COUNT=2;UNTIL=20270401' }, 'input.rrule'],
    ['has an UNTIL that is no date', { rrule: 'FREQ=DAILY;UNTIL=20270231' }, 'input.rrule'],
    ['is hourly', { rrule: 'FREQ=HOURLY;COUNT=2' }, 'input.rrule'],
    ['gives hours', { rrule: 'FREQ=DAILY;BYHOUR=9,10;COUNT=2' }, 'input.rrule'],
    ['names a weekday that is none', { rrule: 'FREQ=WEEKLY;BYDAY=XX;COUNT=2' }, 'input.rrule'],
    ['has a part twice', { rrule: 'FREQ=DAILY;COUNT=2;COUNT=3' }, 'input.rrule'],
    ['has more than a rule', { rrule: 'FREQ=DAILY;COUNT=2\nEXDATE:20270316T100000' }, 'input.rrule'],
    ['is no rule', { rrule: 'every Monday' }, 'input.rrule'],
    ['begins in the past', { localStart: '2027-02-28T10:00' }, 'input.localStart'],
    ['begins on a day that is none', { localStart: '2027-02-29T10:00' }, 'input.localStart'],
    ['begins at an instant', { localStart: '2027-03-15T10:00:00Z' }, 'input.localStart'],
    ['lies in no zone', { timeZone: 'Europe/Atlantis' }, 'input.timeZone'],
    ['lies at an offset', { timeZone: '+02:00' }, 'input.timeZone'],
    ['has lessons of 4 minutes', { durationMinutes: 4 }, 'input.durationMinutes'],
    ['has lessons of more than 8 hours', { durationMinutes: 481 }, 'input.durationMinutes'],
    ['has no title', { title: ' ' }, 'input.title'],
  ])('refuses a series that %s', async (_what, changes, path) => {
    const { student, asTutor } = await pairOf(app);
    const { extensions } = await asTutor.error(scheduleSeries, { input: mondays(student, changes) });
    expect(extensions.code).toBe('VALIDATION_ERROR');
    expect(Object.keys(extensions.fields)).toEqual([path]);
  });

  it('is for tutors, with students of theirs', async () => {
    const { school, student, asTutor, asStudent } = await pairOf(app);
    const code = async (client: typeof asTutor, input: object) =>
      (await client.error(scheduleSeries, { input })).extensions.code;
    expect(await code(asStudent, mondays(student))).toBe('FORBIDDEN');
    expect(await code(app.client(), mondays(student))).toBe('UNAUTHENTICATED');
    expect(await code(asTutor, mondays(await school.student()))).toBe('RELATION_NOT_ACTIVE');
    expect(await code(asTutor, { ...mondays(student), studentId: encodeId('user', newId()) })).toBe(
      'STUDENT_NOT_FOUND',
    );
    const foreign = await (await app.seed.school()).student();
    expect(await code(asTutor, mondays(foreign))).toBe('STUDENT_NOT_FOUND');
  });

  it('books all or nothing, and says which slots are taken by whom', async () => {
    const { school, tutor, student, asTutor } = await pairOf(app);
    const other = await school.student();
    const otherTutor = await school.tutor();
    await school.lesson(tutor, other, { startsAt: new Date('2027-03-22T08:30:00Z') });
    await school.lesson(otherTutor, student, { startsAt: new Date('2027-04-05T06:30:00Z') });
    const { extensions } = await asTutor.error(scheduleSeries, { input: mondays(student) });
    expect(extensions).toMatchObject({
      code: 'SLOT_TAKEN',
      fields: {
        'input.localStart': [
          'the tutor has another lesson at 2027-03-22T08:00:00.000Z',
          'the student has another lesson at 2027-04-05T07:00:00.000Z',
        ],
      },
    });
    const count = await asTutor.data('{ lessons(first: 100) { edges { node { id } } } }');
    expect(count.lessons.edges).toHaveLength(1);
  });

  it('skips what is taken when asked to, and reports it, unless all is', async () => {
    const { school, tutor, student, asTutor } = await pairOf(app);
    await school.lesson(tutor, student, { startsAt: new Date('2027-03-22T08:30:00Z') });
    const series = await book(asTutor, mondays(student, { skipConflicts: true }));
    expect(series.skipped).toEqual(['2027-03-22T08:00:00.000Z']);
    expect(starts(series.lessons)).toEqual(mondayStarts.filter((start) => start !== mondayStarts[1]));
    const again = { input: mondays(student, { skipConflicts: true }) };
    expect((await asTutor.error(scheduleSeries, again)).extensions.code).toBe('SLOT_TAKEN');
  });

  it('may touch other lessons, back to back', async () => {
    const { school, tutor, student, asTutor } = await pairOf(app);
    await school.lesson(tutor, student, { startsAt: new Date('2027-03-22T09:00:00Z') });
    await school.lesson(tutor, student, { startsAt: new Date('2027-03-22T07:00:00Z') });
    expect((await book(asTutor, mondays(student))).lessons).toHaveLength(4);
  });

  it('gives the same series for the same key, with what was skipped', async () => {
    const { school, tutor, student, asTutor } = await pairOf(app);
    await school.lesson(tutor, student, { startsAt: new Date('2027-03-22T08:30:00Z') });
    const input = mondays(student, { skipConflicts: true, idempotencyKey: 'once' });
    const first = await book(asTutor, input);
    expect(await book(asTutor, input)).toEqual(first);
    const other = await asTutor.error(scheduleSeries, { input: { ...input, durationMinutes: 45 } });
    expect(other.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('freezes the cancellation policy of the tutor', async () => {
    const { student, asTutor } = await pairOf(app);
    const set =
      'mutation ($input: SetCancellationPolicyInput!) { setCancellationPolicy(input: $input) { tutor { id } } }';
    await asTutor.data(set, { input: { windowMinutes: 60 } });
    const { id } = await book(asTutor, mondays(student));
    const [row] = await app.foundation.database.sql<{ windows: number[] }>(
      `SELECT array_agg(DISTINCT cancellation_window_minutes) AS windows FROM lesson WHERE series_id = $1`,
      decodeId('series', id),
    );
    expect(row?.windows).toEqual([60]);
  });

  it('appears in the channel of lessons, each once', async () => {
    const { student, asTutor, tutor } = await pairOf(app);
    const socket = app.socket(tutor.accessToken);
    const live = socket.subscribe(
      'subscription { lessonEvents { __typename ... on LessonChanged { change lesson { id startsAt } } } }',
    );
    await live.next();
    const series = await book(asTutor, mondays(student));
    const events = await live.take(4);
    expect(events.map(({ lessonEvents }) => lessonEvents.change)).toEqual(Array(4).fill('SCHEDULED'));
    expect(events.map(({ lessonEvents }) => lessonEvents.lesson.id)).toEqual(
      series.lessons.map(({ id }: { id: string }) => id),
    );
  });
});

describe('a series', () => {
  it('does not exist to a stranger', async () => {
    const { school, student, asTutor } = await pairOf(app);
    const { id } = await book(asTutor, mondays(student));
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    const stranger = app.client((await school.student()).accessToken);
    const foreign = app.client((await (await app.seed.school()).admin()).accessToken);
    const absent = await stranger.error(query, { id: encodeId('series', newId()) });
    expect(absent.extensions.code).toBe('SERIES_NOT_FOUND');
    expect((await stranger.error(query, { id })).extensions).toEqual(absent.extensions);
    expect((await foreign.error(query, { id })).extensions).toEqual(absent.extensions);
  });

  it('pages through its lessons', async () => {
    const { student, asTutor } = await pairOf(app);
    const { id, lessons } = await book(asTutor, mondays(student));
    const query = `query ($id: ID!, $after: String) { node(id: $id) { ... on LessonSeries {
      lessons(first: 3, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } eventCursor } } } }`;
    const first = (await asTutor.data(query, { id })).node.lessons;
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(first.eventCursor).toEqual(expect.any(String));
    const second = (await asTutor.data(query, { id, after: first.pageInfo.endCursor })).node.lessons;
    expect(second.pageInfo.hasNextPage).toBe(false);
    const ids = [...first.edges, ...second.edges].map(({ node }) => node.id);
    expect(ids).toEqual(lessons.map((lesson: { id: string }) => lesson.id));
  });

  it('costs the same statements in a list of any length', async () => {
    const { student, asTutor } = await pairOf(app);
    for (const hour of [10, 12, 14]) {
      const input = mondays(student, { rrule: 'FREQ=DAILY;COUNT=20', localStart: `2027-03-15T${hour}:00` });
      await book(asTutor, input);
    }
    const query = `query ($first: Int) { lessons(first: $first) { edges { node { id
      series { id lessons(first: 5) { edges { node { id } } } } } } } }`;
    const run = (first: number) => app.statements.during(() => asTutor.data(query, { first }));
    const [few, many] = [await run(2), await run(60)];
    expect(many.result.lessons.edges).toHaveLength(60);
    expect(many.statements).toHaveLength(few.statements.length);
    // Who is asking, the lessons, their series, and the lessons of these.
    expect(many.statements).toHaveLength(4);
  });
});
