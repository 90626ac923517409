import type { GraphqlClient } from '../testkit/graphql-client.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { inHours } from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const list = `query ($filter: LessonFilter, $first: Int, $after: String, $last: Int, $before: String) {
  lessons(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    eventCursor
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id startsAt status eventCursor tutor { displayName } student { displayName } } }
  }
}`;

async function page(client: GraphqlClient, variables: Record<string, unknown> = {}) {
  const { lessons } = await client.data(list, variables);
  return lessons;
}

function idsOf(connection: { edges: { node: { id: string } }[] }): string[] {
  return connection.edges.map(({ node }) => node.id);
}

/** Five tutors who all teach at the same hour, and one hour later: starts that only the id tells apart. */
async function equalStarts(school: School): Promise<string[]> {
  const lessons = [];
  for (const hours of [30, 31]) {
    for (let index = 0; index < 5; index++) {
      const { tutor, student } = await school.pair();
      lessons.push(await school.lesson(tutor, student, { startsAt: inHours(hours) }));
    }
  }
  return lessons
    .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime() || (a.uuid < b.uuid ? -1 : 1))
    .map(({ id }) => id);
}

describe('pages', () => {
  it('go forward over equal starts, each lesson once and in order', async () => {
    const school = await app.seed.school();
    const expected = await equalStarts(school);
    const client = app.client((await school.admin()).accessToken);
    const seen: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const connection = await page(client, { first: 3, after });
      seen.push(...idsOf(connection));
      ({ hasNextPage: more, endCursor: after } = connection.pageInfo);
    }
    expect(seen).toEqual(expected);
  });

  it('go backward over equal starts, each lesson once and in order', async () => {
    const school = await app.seed.school();
    const expected = await equalStarts(school);
    const client = app.client((await school.admin()).accessToken);
    const seen: string[] = [];
    let before: string | null = null;
    for (let more = true; more; ) {
      const connection = await page(client, { last: 3, before });
      seen.unshift(...idsOf(connection));
      ({ hasPreviousPage: more, startCursor: before } = connection.pageInfo);
    }
    expect(seen).toEqual(expected);
  });

  it('have 20 lessons unless told', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    await school.lessons(tutor, student, 21);
    const connection = await page(app.client(tutor.accessToken));
    expect(connection.edges).toHaveLength(20);
    expect(connection.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  it('are refused beyond 100 lessons, and with a cursor of something else', async () => {
    const { tutor } = await (await app.seed.school()).pair();
    const client = app.client(tutor.accessToken);
    const tooMany = await client.error(list, { first: 101 });
    expect(tooMany.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { first: expect.anything() },
    });
    const foreign = await client.error(list, { after: 'WyJ4Il0' });
    expect(foreign.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { after: expect.anything() },
    });
  });

  it('may be empty and still tell where the channel stands', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const connection = await page(app.client(tutor.accessToken));
    expect(connection).toMatchObject({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
    expect(connection.eventCursor).toEqual(expect.any(String));
  });
});

describe('the list', () => {
  it('has the lessons of tutor and student for both, and of the school for admins', async () => {
    const school = await app.seed.school();
    const one = await school.pair();
    const two = await school.pair();
    const mine = await school.lesson(one.tutor, one.student, { startsAt: inHours(30) });
    const theirs = await school.lesson(two.tutor, two.student, { startsAt: inHours(29) });
    const ids = async (person: Person) => idsOf(await page(app.client(person.accessToken)));
    expect(await ids(one.tutor)).toEqual([mine.id]);
    expect(await ids(one.student)).toEqual([mine.id]);
    expect(await ids(await school.admin())).toEqual([theirs.id, mine.id]);
    expect(await ids(await (await app.seed.school()).admin())).toEqual([]);
  });

  it('is for people who are signed in', async () => {
    expect((await app.client().error(list)).extensions.code).toBe('UNAUTHENTICATED');
  });

  it('is narrowed by start, the end of the range left out', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const [early, middle, late] = [inHours(30), inHours(31), inHours(32)];
    await school.lesson(tutor, student, { startsAt: early });
    const wanted = await school.lesson(tutor, student, { startsAt: middle });
    await school.lesson(tutor, student, { startsAt: late });
    const filter = { from: middle.toISOString(), to: late.toISOString() };
    expect(idsOf(await page(app.client(student.accessToken), { filter }))).toEqual([wanted.id]);
  });

  it('is narrowed by status', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    await school.lesson(tutor, student, { startsAt: inHours(30) });
    const done = await school.lesson(tutor, student, { startsAt: inHours(-30), status: 'COMPLETED' });
    const off = await school.lesson(tutor, student, { startsAt: inHours(-20), status: 'CANCELLED' });
    const client = app.client(tutor.accessToken);
    const filter = { status: ['COMPLETED', 'CANCELLED'] };
    expect(idsOf(await page(client, { filter }))).toEqual([done.id, off.id]);
    expect(idsOf(await page(client, { filter: { status: [] } }))).toEqual([]);
  });

  it('is narrowed to one other person', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const other = await school.student();
    await school.relation(tutor, other);
    await school.lesson(tutor, student, { startsAt: inHours(30) });
    const wanted = await school.lesson(tutor, other, { startsAt: inHours(31) });
    const filter = { withUserId: other.id };
    for (const person of [tutor, other, await school.admin()]) {
      const expected = person === other ? [] : [wanted.id];
      expect(idsOf(await page(app.client(person.accessToken), { filter }))).toEqual(expected);
    }
  });

  it('refuses a time that no calendar holds', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const filter = { from: '0000-01-01T00:00:00Z' };
    const { extensions } = await app.client(tutor.accessToken).error(list, { filter });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'filter.from': expect.anything() },
    });
  });

  it('runs the same statements for 20 and for 100 lessons', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    await school.lessons(tutor, student, 100);
    const client = app.client(tutor.accessToken);
    const run = (first: number) => app.statements.during(() => page(client, { first }));
    const [twenty, hundred] = [await run(20), await run(100)];
    expect(hundred.result.edges).toHaveLength(100);
    const shape = (texts: string[]) => texts.map((text) => text.replace(/LIMIT \d+/g, 'LIMIT'));
    expect(shape(hundred.statements)).toEqual(shape(twenty.statements));
    // Who is asking, the lessons, and their people.
    expect(hundred.statements).toHaveLength(3);
  });
});
