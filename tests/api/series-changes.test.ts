import { startApp, type TestApp } from '../testkit/start-app.js';
import { queued } from './lesson-operations.js';
import {
  book,
  cancelLesson,
  clientAt,
  mondayStarts,
  mondays,
  move,
  now,
  pairOf,
  remindersFor,
  rescheduleLesson,
  type SeriesLesson,
  seriesOf,
  starts,
} from './series-operations.js';

let time = now;
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ clock: { now: () => time } });
});
beforeEach(() => {
  time = now;
});
afterAll(() => app.stop());

async function fourMondays() {
  const pair = await pairOf(app);
  const series = await book(pair.asTutor, mondays(pair.student));
  const [first, second, third, fourth] = series.lessons as [
    SeriesLesson,
    SeriesLesson,
    SeriesLesson,
    SeriesLesson,
  ];
  return { ...pair, series, first, second, third, fourth };
}

/** An instant so many hours later. */
const later = (instant: string, hours: number) =>
  new Date(Date.parse(instant) + hours * 3_600_000).toISOString();

describe('rescheduleLesson', () => {
  it('moves one lesson, which keeps its id and its series', async () => {
    const { asStudent, series, second } = await fourMondays();
    const [moved, ...others] = await move(asStudent, second, '2027-03-23T12:00:00.000Z');
    expect(others).toEqual([]);
    expect(moved).toMatchObject({
      id: second.id,
      status: 'SCHEDULED',
      version: 2,
      startsAt: '2027-03-23T12:00:00.000Z',
      endsAt: '2027-03-23T13:00:00.000Z',
      series: { id: series.id },
    });
    const unmoved = (await seriesOf(asStudent, second.id)).lessons.filter(({ id }) => id !== second.id);
    expect(unmoved.map(({ version }) => version)).toEqual([1, 1, 1]);
  });

  it('moves all that is to come by as much on the clock, across a clock change', async () => {
    const { asTutor, series, third } = await fourMondays();
    const moved = await move(asTutor, third, '2027-03-29T12:30:00.000Z', {
      scope: 'ALL',
      endsAt: '2027-03-29T14:00:00.000Z',
    });
    expect(starts(moved)).toEqual([
      '2027-03-15T13:30:00.000Z',
      '2027-03-22T13:30:00.000Z',
      '2027-03-29T12:30:00.000Z',
      '2027-04-05T12:30:00.000Z',
    ]);
    expect(moved.map(({ version }: SeriesLesson) => version)).toEqual([2, 2, 2, 2]);
    expect(await seriesOf(asTutor, third.id)).toMatchObject({
      id: series.id,
      localStart: '2027-03-15T15:30',
      durationMinutes: 90,
    });
  });

  it('moves to other days, and the weekdays of the rule with them', async () => {
    const { student, asTutor } = await pairOf(app);
    const rrule = 'FREQ=WEEKLY;BYDAY=MO,SU;COUNT=4';
    const series = await book(asTutor, mondays(student, { rrule }));
    const moved = await move(asTutor, series.lessons[0], later(mondayStarts[0] as string, 24), {
      scope: 'ALL',
    });
    expect(starts(moved)).toEqual([
      '2027-03-16T08:00:00.000Z',
      '2027-03-22T08:00:00.000Z',
      '2027-03-23T08:00:00.000Z',
      '2027-03-29T07:00:00.000Z',
    ]);
    expect((await seriesOf(asTutor, series.lessons[0].id)).rrule).toBe('FREQ=WEEKLY;BYDAY=TU,MO;COUNT=4');
  });

  it('is in the history of each lesson, and reminds of the new times', async () => {
    const { asTutor, tutor, first, second } = await fourMondays();
    await move(asTutor, first, later(first.startsAt, 1), { scope: 'ALL' });
    const query =
      'query ($id: ID!) { lesson(id: $id) { history { edges { node { change from to by { id } } } } } }';
    const { lesson } = await asTutor.data(query, { id: second.id });
    const entries = lesson.history.edges.map(({ node }: { node: object }) => node);
    expect(entries).toEqual([
      { change: 'SCHEDULED', from: null, to: 'SCHEDULED', by: { id: tutor.id } },
      {
        change: 'MOVED',
        from: `${second.startsAt}/${second.endsAt}`,
        to: `${later(second.startsAt, 1)}/${later(second.endsAt, 1)}`,
        by: { id: tutor.id },
      },
    ]);
    // Of both times, of which the old ones will find that they are those no more.
    expect(await remindersFor(app, tutor)).toBe(4 * 2 + 4 * 2);
  });

  it('splits the series: the past stays where it was', async () => {
    const { asTutor, series, first, second, third, fourth } = await fourMondays();
    const moved = await move(asTutor, third, '2027-03-29T09:00:00.000Z', { scope: 'THIS_AND_FOLLOWING' });
    expect(starts(moved)).toEqual(['2027-03-29T09:00:00.000Z', '2027-04-05T09:00:00.000Z']);
    const before = await seriesOf(asTutor, first.id);
    expect(before).toMatchObject({
      id: series.id,
      rrule: 'FREQ=WEEKLY;COUNT=2',
      localStart: '2027-03-15T10:00',
    });
    expect(before.lessons).toMatchObject([
      { id: first.id, version: 1, startsAt: mondayStarts[0] },
      { id: second.id, version: 1, startsAt: mondayStarts[1] },
    ]);
    const after = await seriesOf(asTutor, third.id);
    expect(after.id).not.toBe(series.id);
    expect(after).toMatchObject({ rrule: 'FREQ=WEEKLY;COUNT=2', localStart: '2027-03-29T12:00' });
    expect(after.lessons.map(({ id }) => id)).toEqual([third.id, fourth.id]);
    // Split once more, at the first lesson: there is nothing before it to leave behind.
    await move(asTutor, third, '2027-03-29T10:00:00.000Z', { scope: 'THIS_AND_FOLLOWING' });
    expect((await seriesOf(asTutor, fourth.id)).id).toBe(after.id);
  });

  it('leaves lessons alone that have been held', async () => {
    const { tutor, third } = await fourMondays();
    time = new Date('2027-03-22T08:30:00Z');
    const asTutor = await clientAt(app, tutor, time);
    const moved = await move(asTutor, third, '2027-03-30T07:00:00.000Z', { scope: 'ALL' });
    expect(starts(moved)).toEqual(['2027-03-30T07:00:00.000Z', '2027-04-06T07:00:00.000Z']);
    expect(starts((await seriesOf(asTutor, third.id)).lessons)).toEqual([
      ...mondayStarts.slice(0, 2),
      ...starts(moved),
    ]);
  });

  it('keeps the edits of a lesson that was moved alone, and takes along one whose title was edited', async () => {
    const { asTutor, series, first, second, third } = await fourMondays();
    await move(asTutor, second, '2027-03-24T15:00:00.000Z');
    const update = 'mutation ($input: UpdateLessonInput!) { updateLesson(input: $input) { lesson { id } } }';
    await asTutor.data(update, { input: { lessonId: third.id, title: 'Test' } });
    const moved = await move(asTutor, first, later(first.startsAt, 1), { scope: 'ALL' });
    expect(starts(moved)).toEqual(
      [mondayStarts[0], mondayStarts[2], mondayStarts[3]].map((at) => later(at as string, 1)),
    );
    const now = await seriesOf(asTutor, first.id);
    expect(now.id).toBe(series.id);
    expect(now.lessons).toMatchObject([
      { id: first.id },
      { id: second.id, startsAt: '2027-03-24T15:00:00.000Z', version: 2 },
      { id: third.id, title: 'Test' },
      {},
    ]);
  });

  it('takes a lesson that was moved alone into the new series of a split', async () => {
    const { asTutor, second, third } = await fourMondays();
    await move(asTutor, third, '2027-03-30T15:00:00.000Z');
    const moved = await move(asTutor, second, later(second.startsAt, 1), { scope: 'THIS_AND_FOLLOWING' });
    expect(moved).toHaveLength(3);
    expect(moved[1]).toMatchObject({ id: third.id, startsAt: '2027-03-30T15:00:00.000Z', version: 3 });
    expect(new Set(moved.map((lesson: { series: { id: string } }) => lesson.series.id)).size).toBe(1);
  });

  it('measures from where the series has the lesson, not from where it was moved alone', async () => {
    const { asTutor, second, third } = await fourMondays();
    await move(asTutor, second, '2027-03-24T15:00:00.000Z');
    const moved = await move(asTutor, second, later(mondayStarts[1] as string, 1), {
      scope: 'THIS_AND_FOLLOWING',
    });
    expect(moved[1]).toMatchObject({ id: third.id, startsAt: later(mondayStarts[2] as string, 1) });
  });

  it('does not drift from a local time that one day did not have', async () => {
    const { student, asTutor } = await pairOf(app);
    const sundays = mondays(student, { localStart: '2027-03-21T03:30', rrule: 'FREQ=WEEKLY;COUNT=3' });
    const { lessons } = await book(asTutor, sundays);
    const moved = await move(asTutor, lessons[0], '2027-03-21T02:30:00.000Z', { scope: 'ALL' });
    // On the day of the change 03:30 was 04:30 already, so there is nothing to move.
    expect(starts(moved)).toEqual(['2027-03-21T02:30:00.000Z', '2027-04-04T01:30:00.000Z']);
    const back = await move(asTutor, lessons[0], '2027-03-21T01:30:00.000Z', { scope: 'ALL' });
    expect(starts(back)).toEqual(['2027-03-21T01:30:00.000Z', '2027-04-04T00:30:00.000Z']);
  });

  it('may move each lesson to where the next one was, in one UPDATE', async () => {
    const { asTutor, first } = await fourMondays();
    const { result, statements } = await app.statements.during(() =>
      move(asTutor, first, mondayStarts[1] as string, { scope: 'ALL' }),
    );
    expect(starts(result)).toEqual([...mondayStarts.slice(1), '2027-04-12T07:00:00.000Z']);
    expect(statements.filter((text) => /UPDATE lesson\b/.test(text))).toHaveLength(1);
  });

  it('changes nothing when one slot is taken', async () => {
    const { school, tutor, student, asTutor, first, fourth } = await fourMondays();
    await school.lesson(tutor, student, { startsAt: new Date(later(mondayStarts[3] as string, 1.5)) });
    const input = {
      lessonId: first.id,
      startsAt: later(first.startsAt, 1),
      endsAt: later(first.startsAt, 2),
      scope: 'ALL',
    };
    const { extensions } = await asTutor.error(rescheduleLesson, { input });
    expect(extensions).toMatchObject({
      code: 'SLOT_TAKEN',
      fields: {
        'input.startsAt': [`the tutor has another lesson at ${later(mondayStarts[3] as string, 1)}`],
      },
    });
    expect(starts((await seriesOf(asTutor, fourth.id)).lessons)).toEqual(mondayStarts);
    const alone = {
      ...input,
      scope: 'THIS',
      startsAt: mondayStarts[1],
      endsAt: later(mondayStarts[1] as string, 1),
    };
    expect((await asTutor.error(rescheduleLesson, { input: alone })).extensions.code).toBe('SLOT_TAKEN');
  });

  it('does nothing when nothing changes', async () => {
    const { asTutor, first } = await fourMondays();
    for (const scope of ['THIS', 'ALL', 'THIS_AND_FOLLOWING'])
      expect(await move(asTutor, first, first.startsAt, { scope })).toMatchObject([
        { id: first.id, version: 1 },
      ]);
  });

  it.each(['THIS', 'ALL', 'THIS_AND_FOLLOWING'])('refuses what cannot be, with scope %s', async (scope) => {
    const { school, asTutor, second } = await fourMondays();
    const refusal = async (client: typeof asTutor, changes: object) => {
      const input = {
        lessonId: second.id,
        startsAt: later(second.startsAt, 1),
        endsAt: later(second.startsAt, 2),
        scope,
        ...changes,
      };
      return (await client.error(rescheduleLesson, { input })).extensions;
    };
    const past = { startsAt: later(now.toISOString(), -1), endsAt: now.toISOString() };
    expect(await refusal(asTutor, past)).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.startsAt': expect.anything() },
    });
    expect(await refusal(asTutor, { endsAt: later(second.startsAt, 1) })).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.endsAt': expect.anything() },
    });
    expect(await refusal(asTutor, { expectedVersion: 7 })).toMatchObject({
      code: 'LESSON_CONFLICT',
      fields: { 'input.expectedVersion': ['is 1'] },
    });
    expect(await refusal(app.client((await school.student()).accessToken), {})).toMatchObject({
      code: 'LESSON_NOT_FOUND',
    });
    expect(await refusal(app.client((await school.admin()).accessToken), {})).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await refusal(app.client(), {})).toMatchObject({ code: 'UNAUTHENTICATED' });
    await asTutor.data(cancelLesson, { input: { lessonId: second.id } });
    expect(await refusal(asTutor, {})).toMatchObject({ code: 'LESSON_INVALID_TRANSITION' });
  });

  it('refuses a move of the series that would put a lesson into the past, or off the minute', async () => {
    const { asTutor, third } = await fourMondays();
    const input = { lessonId: third.id, scope: 'ALL' };
    const past = { startsAt: '2027-03-10T07:00:00Z', endsAt: '2027-03-10T08:00:00Z' };
    expect(
      (await asTutor.error(rescheduleLesson, { input: { ...input, ...past } })).extensions,
    ).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.startsAt': ['would put a lesson of the series into the past'] },
    });
    const seconds = { startsAt: '2027-03-29T07:00:01Z', endsAt: '2027-03-29T08:00:00Z' };
    expect(
      (await asTutor.error(rescheduleLesson, { input: { ...input, ...seconds } })).extensions,
    ).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.startsAt': expect.anything() },
    });
  });

  it('moves a lesson of its own alone, whatever the scope', async () => {
    const { school, tutor, student, asTutor } = await pairOf(app);
    const lesson = await school.lesson(tutor, student, { startsAt: new Date('2027-03-15T08:00:00Z') });
    const moved = await move(asTutor, lesson, '2027-03-16T08:00:00.000Z', { scope: 'ALL' });
    expect(moved).toMatchObject([{ id: lesson.id, version: 2, series: null }]);
  });
});

describe('cancelLesson', () => {
  const cancel = async (client: Awaited<ReturnType<typeof fourMondays>>['asTutor'], input: object) =>
    (await client.data(cancelLesson, { input })).cancelLesson.lessons;

  it('calls off one lesson of a series', async () => {
    const { asTutor, second, series } = await fourMondays();
    expect(await cancel(asTutor, { lessonId: second.id })).toMatchObject([
      { id: second.id, status: 'CANCELLED' },
    ]);
    const { lessons } = await seriesOf(asTutor, series.lessons[0].id);
    expect(lessons.map(({ status }) => status)).toEqual(['SCHEDULED', 'CANCELLED', 'SCHEDULED', 'SCHEDULED']);
  });

  it('calls off a lesson and those after it, moved ones too, and tells the other once', async () => {
    const { asStudent, student, tutor, asTutor, second, third, fourth } = await fourMondays();
    await move(asTutor, third, '2027-03-30T15:00:00.000Z');
    const cancelled = await cancel(asStudent, {
      lessonId: second.id,
      scope: 'THIS_AND_FOLLOWING',
      reason: 'Relocating',
    });
    expect(cancelled.map(({ id }: SeriesLesson) => id)).toEqual([second.id, third.id, fourth.id]);
    expect(cancelled[0].cancellation).toEqual({ by: { id: student.id }, reason: 'Relocating', late: false });
    const told = (await queued(app, [tutor.uuid])).filter(({ eventType }) => /cancelled/.test(eventType));
    expect(told).toEqual([{ userId: tutor.uuid, eventType: 'series.cancelled' }]);
  });

  it('calls off all that is to come; late is judged for each', async () => {
    const { tutor, second, fourth } = await fourMondays();
    time = new Date('2027-03-22T07:00:00Z');
    const asTutor = await clientAt(app, tutor, time);
    const cancelled = await cancel(asTutor, { lessonId: fourth.id, scope: 'ALL', expectedVersion: 1 });
    expect(cancelled.map((one: { cancellation: { late: boolean } }) => one.cancellation.late)).toEqual([
      true,
      false,
      false,
    ]);
    expect(cancelled[0].id).toBe(second.id);
    const again = await asTutor.error(cancelLesson, { input: { lessonId: fourth.id, scope: 'ALL' } });
    expect(again.extensions.code).toBe('LESSON_INVALID_TRANSITION');
  });

  it('is refused to a stranger and with a stale version, whatever the scope', async () => {
    const { school, asTutor, second } = await fourMondays();
    const input = { lessonId: second.id, scope: 'ALL' };
    const stranger = app.client((await school.tutor()).accessToken);
    expect((await stranger.error(cancelLesson, { input })).extensions.code).toBe('LESSON_NOT_FOUND');
    const stale = await asTutor.error(cancelLesson, { input: { ...input, expectedVersion: 2 } });
    expect(stale.extensions).toMatchObject({
      code: 'LESSON_CONFLICT',
      fields: { 'input.expectedVersion': ['is 1'] },
    });
  });
});
