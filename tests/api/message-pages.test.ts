import { encodeId, newId } from '../../src/shared/ids.js';
import type { Person, School, SeededLesson } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const pageOf = (args: string) => `query ($id: ID!) { lesson(id: $id) { chat { messages(${args}) {
  pageInfo { hasPreviousPage hasNextPage startCursor endCursor } edges { cursor node { id sequence } } } } } }`;

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;
let lesson: SeededLesson;
/** The ids of 30 messages, the first at 0. */
let ids: string[];

beforeAll(async () => {
  app = await startApp();
  school = await app.seed.school();
  ({ tutor, student } = await school.pair());
  lesson = await school.lesson(tutor, student);
  ids = (await write(lesson, 30)).map((uuid) => encodeId('message', uuid));
});
afterAll(() => app.stop());

async function write(of: SeededLesson, count: number): Promise<string[]> {
  const rows = await app.foundation.database.sql<{ id: string }>(
    `INSERT INTO chat_message (id, organization_id, lesson_id, sequence, author_id, body)
     SELECT uuidv7(), $2, $1, n, $3, 'm' || n FROM generate_series(1, $4::int) n RETURNING id`,
    ...[of.uuid, school.organizationId, tutor.uuid, count],
  );
  return rows.map(({ id }) => id);
}

const client = () => app.client(student.accessToken);
const page = async (args: string, id = lesson.id) =>
  (await client().data(pageOf(args), { id })).lesson.chat.messages;
const sequences = ({ edges }: { edges: { node: { sequence: number } }[] }) =>
  edges.map(({ node }) => node.sequence);

it('pages go both ways from the newest to the oldest and back, each message once', async () => {
  const back: number[] = [];
  let before = '';
  for (let more = true; more; ) {
    const one = await page(`last: 7${before}`);
    back.unshift(...sequences(one));
    more = one.pageInfo.hasPreviousPage;
    before = `, before: "${one.pageInfo.startCursor}"`;
  }
  expect(back).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  const forth = await page(`first: 30, after: "${(await page('first: 1')).pageInfo.endCursor}"`);
  expect(sequences(forth)).toEqual(back.slice(1));
});

describe('a page around a message', () => {
  it.each([
    // place, first, the first and the last sequence, whether there are older and newer ones
    [15, 5, 13, 17, true, true],
    [15, 6, 12, 17, true, true],
    [15, 1, 15, 15, true, true],
    [1, 5, 1, 3, false, true],
    [3, 5, 1, 5, false, true],
    [30, 5, 28, 30, true, false],
    [28, 5, 26, 30, true, false],
    [15, 100, 1, 30, false, false],
  ])('at %i of 30, of %i, has %i to %i', async (place, first, from, to, older, newer) => {
    const around = await page(`first: ${first}, around: "${ids[place - 1]}"`);
    expect(sequences(around)).toEqual(Array.from({ length: to - from + 1 }, (_, index) => from + index));
    expect(around.pageInfo).toEqual({
      hasPreviousPage: older,
      hasNextPage: newer,
      startCursor: around.edges[0].cursor,
      endCursor: around.edges.at(-1).cursor,
    });
  });

  it('goes on in both directions by its cursors', async () => {
    const { pageInfo } = await page(`first: 5, around: "${ids[14]}"`);
    expect(sequences(await page(`last: 3, before: "${pageInfo.startCursor}"`))).toEqual([10, 11, 12]);
    expect(sequences(await page(`first: 3, after: "${pageInfo.endCursor}"`))).toEqual([18, 19, 20]);
  });

  it('has 20 unless told, and its message though it was deleted', async () => {
    const other = await school.lesson(tutor, student);
    const made = await write(other, 40);
    await app.foundation.database.sql(
      'UPDATE chat_message SET body = NULL, deleted_at = now() WHERE id = $1',
      made[19],
    );
    const around = await page(`around: "${encodeId('message', made[19] ?? '')}"`, other.id);
    expect(sequences(around)).toEqual(Array.from({ length: 20 }, (_, index) => index + 10));
  });

  it('is not there for a message of another room, or of none', async () => {
    const [elsewhere = ''] = await write(await school.lesson(tutor, student), 1);
    for (const id of [encodeId('message', elsewhere), encodeId('message', newId())]) {
      const { errors } = await client().send(pageOf(`around: "${id}"`), { id: lesson.id });
      expect(errors?.[0]?.extensions.code).toBe('MESSAGE_NOT_FOUND');
    }
  });

  it('is read in one statement for many rooms', async () => {
    const rooms = await school.lessons(tutor, student, 3);
    const count = async (of: SeededLesson[]) => {
      const asked = of.map(
        ({ id }, n) =>
          `r${n}: lesson(id: "${id}") { chat { messages(around: "${ids[0]}") { edges { cursor } } } }`,
      );
      return (await app.statements.during(() => client().send(`{ ${asked.join(' ')} }`))).statements.filter(
        (text) => text.includes('message_id'),
      ).length;
    };
    expect([await count(rooms.slice(0, 1)), await count(rooms)]).toEqual([1, 1]);
  });

  it.each([
    ['last: 5', 'around'],
    ['after: "WyIxIl0"', 'around'],
    ['before: "WyIxIl0"', 'around'],
    ['first: 0', 'first'],
  ])('is not combined with %s', async (args, field) => {
    const { errors } = await client().send(pageOf(`${args}, around: "${ids[0]}"`), { id: lesson.id });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { [field]: [expect.any(String)] },
    });
  });
});
