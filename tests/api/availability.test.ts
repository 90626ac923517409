import { isAvailable } from '../../src/modules/availability/service.js';
import { encodeId, newId } from '../../src/shared/ids.js';
import type { GraphqlClient } from '../testkit/graphql-client.js';
import type { PersonSeed } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

/** A Monday, before both of that year's clock changes in Kyiv: 29 March and 25 October. */
const now = new Date('2027-03-01T06:00:00Z');
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ clock: { now: () => now } });
});
afterAll(() => app.stop());

const fields = 'timeZone windows { weekday from to } exceptions { date from to available }';
const setAvailability = `mutation ($input: SetAvailabilityInput!) {
  setAvailability(input: $input) { availability { ${fields} } }
}`;
const readAvailability = `query ($tutorId: ID!) { availability(tutorId: $tutorId) { ${fields} } }`;
const findSlots = `query ($tutorId: ID!, $from: DateTime!, $to: DateTime!, $durationMinutes: Int!) {
  freeSlots(tutorId: $tutorId, from: $from, to: $to, durationMinutes: $durationMinutes) { startsAt endsAt }
}`;

async function teacher(seed: PersonSeed = {}) {
  const school = await app.seed.school();
  const [tutor, student] = await Promise.all([school.tutor(seed), school.student()]);
  await school.relation(tutor, student);
  const asTutor = app.client(tutor.accessToken);
  const asStudent = app.client(student.accessToken);
  const set = (input: Record<string, unknown>) => asTutor.data(setAvailability, { input });
  const slots = async (from: string, to: string, durationMinutes = 60, client: GraphqlClient = asStudent) => {
    const { freeSlots } = await client.data(findSlots, { tutorId: tutor.id, from, to, durationMinutes });
    return (freeSlots as { startsAt: string }[]).map(({ startsAt }) => startsAt);
  };
  return { school, tutor, student, asTutor, asStudent, set, slots };
}

const mondayMorning = { weekday: 1, from: '09:00', to: '12:00' };

describe('setAvailability', () => {
  it('sets the week and its exceptions, which tutor, student and admin then read', async () => {
    const { school, tutor, asTutor, asStudent, set } = await teacher();
    const availability = {
      timeZone: 'Europe/Kyiv',
      windows: [mondayMorning, { weekday: 7, from: '00:00', to: '24:00' }],
      exceptions: [
        { date: '2027-03-08', from: null, to: null, available: false },
        { date: '2027-03-09', from: '10:30', to: '11:00', available: true },
      ],
    };
    const { windows, exceptions } = availability;
    const answer = await set({ windows: windows.toReversed(), exceptions: exceptions.toReversed() });
    expect(answer.setAvailability.availability).toEqual(availability);
    for (const client of [asTutor, asStudent, app.client((await school.admin()).accessToken)])
      expect((await client.data(readAvailability, { tutorId: tutor.id })).availability).toEqual(availability);
  });

  it('replaces the week, and the exceptions only when they are given', async () => {
    const { set } = await teacher();
    const exception = { date: '2027-03-08', from: null, to: null, available: false };
    await set({ windows: [mondayMorning], exceptions: [exception] });
    const kept = await set({ windows: [] });
    expect(kept.setAvailability.availability).toMatchObject({ windows: [], exceptions: [exception] });
    const cleared = await set({ windows: [], exceptions: [] });
    expect(cleared.setAvailability.availability.exceptions).toEqual([]);
  });

  it.each([
    ['a weekday beyond Sunday', { windows: [{ ...mondayMorning, weekday: 8 }] }, 'input.windows.0.weekday'],
    ['a time that is none', { windows: [{ ...mondayMorning, from: '9:00' }] }, 'input.windows.0.from'],
    ['a time after midnight', { windows: [{ ...mondayMorning, to: '24:01' }] }, 'input.windows.0.to'],
    ['an end before the start', { windows: [{ ...mondayMorning, to: '09:00' }] }, 'input.windows.0.to'],
    [
      'windows that overlap',
      { windows: [mondayMorning, { weekday: 1, from: '11:59', to: '13:00' }] },
      'input.windows.1',
    ],
    [
      'an exception without its end',
      { windows: [], exceptions: [{ date: '2027-03-08', from: '10:00', available: true }] },
      'input.exceptions.0.to',
    ],
    [
      'the same exception twice',
      {
        windows: [],
        exceptions: [
          { date: '2027-03-08', available: true },
          { date: '2027-03-08', from: '10:00', to: '11:00', available: true },
        ],
      },
      'input.exceptions.1',
    ],
    ['too many windows', { windows: Array.from({ length: 101 }, () => mondayMorning) }, 'input.windows'],
  ])('refuses %s', async (_what, input, path) => {
    const { asTutor } = await teacher();
    const { extensions } = await asTutor.error(setAvailability, { input });
    expect(extensions.code).toBe('VALIDATION_ERROR');
    expect(Object.keys(extensions.fields)).toContain(path);
  });

  it('refuses a date that does not exist', async () => {
    const { asTutor } = await teacher();
    const exceptions = [{ date: '2027-02-29', available: false }];
    const { extensions } = await asTutor.error(setAvailability, { input: { windows: [], exceptions } });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.exceptions.0.date': expect.anything() },
    });
  });

  it('is for tutors', async () => {
    const { asStudent, school } = await teacher();
    const input = { windows: [] };
    expect((await asStudent.error(setAvailability, { input })).extensions.code).toBe('FORBIDDEN');
    const admin = app.client((await school.admin()).accessToken);
    expect((await admin.error(setAvailability, { input })).extensions.code).toBe('FORBIDDEN');
    expect((await app.client().error(setAvailability, { input })).extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('freeSlots', () => {
  it('are back to back inside the windows of the tutor’s zone', async () => {
    const { set, slots } = await teacher();
    await set({ windows: [mondayMorning] });
    expect(await slots('2027-03-08T00:00:00Z', '2027-03-15T00:00:00Z')).toEqual([
      '2027-03-08T07:00:00.000Z',
      '2027-03-08T08:00:00.000Z',
      '2027-03-08T09:00:00.000Z',
    ]);
  });

  it('keep the local time across a clock change', async () => {
    const { set, slots } = await teacher();
    await set({ windows: [{ ...mondayMorning, to: '10:00' }] });
    expect(await slots('2027-03-20T00:00:00Z', '2027-04-10T00:00:00Z')).toEqual([
      '2027-03-22T07:00:00.000Z',
      '2027-03-29T06:00:00.000Z',
      '2027-04-05T06:00:00.000Z',
    ]);
  });

  it('leave out the hour that does not exist and have the one that repeats twice', async () => {
    const { set, slots } = await teacher();
    await set({ windows: [{ weekday: 7, from: '02:00', to: '05:00' }] });
    expect(await slots('2027-03-28T00:00:00Z', '2027-03-29T00:00:00Z')).toEqual([
      '2027-03-28T00:00:00.000Z',
      '2027-03-28T01:00:00.000Z',
    ]);
    expect(await slots('2027-10-30T22:00:00Z', '2027-11-01T00:00:00Z')).toEqual([
      '2027-10-30T23:00:00.000Z',
      '2027-10-31T00:00:00.000Z',
      '2027-10-31T01:00:00.000Z',
      '2027-10-31T02:00:00.000Z',
    ]);
  });

  it('go on after a booked lesson, and where one was cancelled', async () => {
    const { school, tutor, student, set, slots } = await teacher();
    await set({ windows: [mondayMorning] });
    const lesson = (startsAt: string, seed: object) =>
      school.lesson(tutor, student, { startsAt: new Date(startsAt), minutes: 30, ...seed });
    await lesson('2027-03-08T08:00:00Z', {});
    await lesson('2027-03-08T07:00:00Z', { status: 'CANCELLED' });
    expect(await slots('2027-03-08T00:00:00Z', '2027-03-09T00:00:00Z')).toEqual([
      '2027-03-08T07:00:00.000Z',
      '2027-03-08T08:30:00.000Z',
    ]);
  });

  it('heed a lesson that began before the search', async () => {
    const { school, tutor, student, slots } = await teacher();
    await school.lesson(tutor, student, { startsAt: new Date('2027-03-08T00:00:00Z'), minutes: 480 });
    const [first] = await slots('2027-03-08T07:00:00Z', '2027-03-08T12:00:00Z');
    expect(first).toBe('2027-03-08T08:00:00.000Z');
  });

  it('are at any time when no windows are set, but for a day off', async () => {
    const { set, slots } = await teacher({ timeZone: 'UTC' });
    expect(await slots('2027-03-08T00:00:00Z', '2027-03-09T00:00:00Z', 480)).toHaveLength(3);
    await set({ windows: [], exceptions: [{ date: '2027-03-08', available: false }] });
    expect(await slots('2027-03-07T12:00:00Z', '2027-03-09T12:00:00Z', 480)).toEqual([
      '2027-03-07T12:00:00.000Z',
      '2027-03-09T00:00:00.000Z',
    ]);
  });

  it('follow the exceptions: other hours, more hours, fewer hours', async () => {
    const { set, slots } = await teacher({ timeZone: 'UTC' });
    await set({
      windows: [mondayMorning],
      exceptions: [
        { date: '2027-03-08', available: false },
        { date: '2027-03-08', from: '15:00', to: '16:00', available: true },
        { date: '2027-03-15', from: '10:00', to: '11:00', available: false },
        { date: '2027-03-16', from: '23:00', to: '24:00', available: true },
      ],
    });
    expect(await slots('2027-03-08T00:00:00Z', '2027-03-17T00:00:00Z')).toEqual([
      '2027-03-08T15:00:00.000Z',
      '2027-03-15T09:00:00.000Z',
      '2027-03-15T11:00:00.000Z',
      '2027-03-16T23:00:00.000Z',
    ]);
  });

  it('cross midnight where two windows meet', async () => {
    const { set, slots } = await teacher({ timeZone: 'UTC' });
    await set({
      windows: [
        { weekday: 1, from: '23:30', to: '24:00' },
        { weekday: 2, from: '00:00', to: '00:30' },
      ],
    });
    expect(await slots('2027-03-08T00:00:00Z', '2027-03-10T00:00:00Z')).toEqual(['2027-03-08T23:30:00.000Z']);
  });

  it('are not in the past, and begin at a quarter of an hour inside open time', async () => {
    const { slots } = await teacher({ timeZone: 'UTC' });
    const [first] = await slots('2027-02-28T00:00:00Z', '2027-03-02T00:00:00Z');
    expect(first).toBe(now.toISOString());
    const [later] = await slots('2027-03-01T10:03:27.123Z', '2027-03-02T00:00:00Z');
    expect(later).toBe('2027-03-01T10:15:00.000Z');
  });

  it.each([
    ['an end before the start', { to: '2027-03-07T00:00:00Z' }, 'to'],
    ['more than 62 days', { to: '2027-05-09T00:00:00.001Z' }, 'to'],
    ['less than 5 minutes', { durationMinutes: 4 }, 'durationMinutes'],
    ['more than 8 hours', { durationMinutes: 481 }, 'durationMinutes'],
    ['an id that is no user’s', { tutorId: encodeId('lesson', newId()) }, 'tutorId'],
  ])('are refused for %s', async (_what, changes, path) => {
    const { tutor, asStudent } = await teacher();
    const search = {
      tutorId: tutor.id,
      from: '2027-03-08T00:00:00Z',
      to: '2027-03-09T00:00:00Z',
      durationMinutes: 60,
      ...changes,
    };
    const { extensions } = await asStudent.error(findSlots, search);
    expect(extensions).toMatchObject({ code: 'VALIDATION_ERROR', fields: { [path]: expect.anything() } });
  });

  it('are of no tutor to a stranger, to another school, and for a student', async () => {
    const { tutor, student, school, asStudent } = await teacher();
    const search = (id: string) => ({
      tutorId: id,
      from: '2027-03-08T00:00:00Z',
      to: '2027-03-09T00:00:00Z',
      durationMinutes: 60,
    });
    const stranger = app.client((await school.student()).accessToken);
    const foreign = app.client((await (await app.seed.school()).admin()).accessToken);
    const absent = await asStudent.error(findSlots, search(encodeId('user', newId())));
    expect(absent.extensions.code).toBe('TUTOR_NOT_FOUND');
    expect((await stranger.error(findSlots, search(tutor.id))).extensions).toEqual(absent.extensions);
    expect((await foreign.error(findSlots, search(tutor.id))).extensions).toEqual(absent.extensions);
    expect((await asStudent.error(findSlots, search(student.id))).extensions).toEqual(absent.extensions);
    expect((await stranger.error(readAvailability, { tutorId: tutor.id })).extensions).toEqual(
      absent.extensions,
    );
    expect((await app.client().error(findSlots, search(tutor.id))).extensions.code).toBe('UNAUTHENTICATED');
  });

  it('cost one statement beside who asks, for 31 days with 200 lessons, by the index of the tutor', async () => {
    const { school, tutor, student, set, slots } = await teacher();
    await set({ windows: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '20:00' })) });
    // Others' lessons, so that an index is worth its while.
    const other = await school.pair();
    await school.lessons(other.tutor, other.student, 2_000);
    const start = Date.parse('2027-03-02T00:00:00Z');
    for (let index = 0; index < 200; index++)
      await school.lesson(tutor, student, {
        startsAt: new Date(start + index * 3.5 * 3_600_000),
        minutes: 60,
      });
    await app.foundation.database.sql('ANALYZE lesson');
    const run = (days: number) =>
      app.statements.during(() =>
        slots('2027-03-02T00:00:00Z', new Date(start + days * 86_400_000).toISOString()),
      );
    const [day, month] = [await run(1), await run(31)];
    expect(month.result.length).toBeGreaterThan(50);
    expect(month.statements).toEqual(day.statements);
    expect(month.statements).toHaveLength(2);
    const [text] = month.statements.filter((statement) => statement.includes('availability_window'));
    const plan = await app.foundation.database.sql<{ 'QUERY PLAN': string }>(
      `EXPLAIN ${text
        ?.replaceAll('$1', `'${school.organizationId}'`)
        .replaceAll('$2', `'${tutor.uuid}'`)
        .replaceAll('$3', `'${student.uuid}'`)
        .replaceAll('$4', `'2027-03-02T00:00:00Z'`)
        .replaceAll('$5', `'2027-04-02T00:00:00Z'`)}`,
    );
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('lesson_tutor_start_idx');
  });
});

describe('isAvailable', () => {
  it('holds for time that is open throughout, whatever is booked, and for no one else’s tutor', async () => {
    const { school, tutor, student, set } = await teacher({ timeZone: 'UTC' });
    const { database } = app.foundation;
    const ask = (from: string, to: string, organizationId = school.organizationId) =>
      isAvailable(
        database,
        organizationId,
        tutor.uuid,
        new Date(`2027-03-08T${from}:00Z`),
        new Date(`2027-03-08T${to}:00Z`),
      );
    expect(await ask('01:00', '09:00')).toBe(true);
    await set({ windows: [mondayMorning, { weekday: 1, from: '12:00', to: '13:00' }] });
    await school.lesson(tutor, student, { startsAt: new Date('2027-03-08T09:00:00Z') });
    expect(await ask('09:00', '13:00')).toBe(true);
    expect(await ask('08:59', '10:00')).toBe(false);
    expect(await ask('12:30', '13:01')).toBe(false);
    expect(await ask('09:00', '13:00', newId())).toBe(false);
  });
});
