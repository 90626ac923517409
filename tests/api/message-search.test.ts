import { encodeId, newId } from '../../src/shared/ids.js';
import type { Person, School, SeededLesson } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const searchMessages = `query ($text: String!, $roomId: ID, $first: Int, $after: String) {
  searchMessages(text: $text, roomId: $roomId, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { cursor node { id roomId body } snippet { text highlights { start length } } } } }`;
const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
const endRelation = `mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { id } } }`;

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;
let relationId: string;
let lesson: SeededLesson;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  lesson = await school.lesson(tutor, student);
});

const as = (person: Person | null) => app.client(person?.accessToken);

async function say(person: Person, body: string, roomId = lesson.id): Promise<string> {
  return (await as(person).data(send, { input: { roomId, body } })).sendMessage.message.id;
}
const search = async (person: Person, text: string, more: Record<string, unknown> = {}) =>
  (await as(person).data(searchMessages, { text, ...more })).searchMessages;
const found = async (person: Person, text: string, more = {}): Promise<string[]> =>
  (await search(person, text, more)).edges.map(({ node }: { node: { body: string } }) => node.body);

describe('words', () => {
  it.each([
    ['зошит', 'Візьми зошити'],
    ['ЗОШИТ', 'візьми зошит'],
    ["п'ять", 'рівно п’ять'],
    ['пʼять', "рівно п'ять"],
    ['зоря', 'зо́ря'],
    ['homework', 'The HOMEWORK is done'],
    ['a b', 'b/a'],
    ['x2', 'x² = x2'],
    ['ї', 'їжак'],
  ])('%s find %s', async (text, body) => {
    await say(tutor, body);
    expect(await found(student, text)).toEqual([body]);
  });

  it.each([
    ['шит', 'зошит'],
    ['урок завтра', 'урок сьогодні'],
    ['a', '!!! ???'],
  ])('%s do not find %s', async (text, body) => {
    await say(tutor, body);
    expect(await found(student, text)).toEqual([]);
  });

  it('are found in a text of 4,000 characters, and when they are longer than any index entry', async () => {
    const long = `${'ж'.repeat(3_980)} кінець`;
    await say(tutor, long);
    expect(await found(student, 'кінець')).toEqual([long]);
    expect(await found(student, 'ж'.repeat(200))).toEqual([long]);
  });

  it('that are whole count for more than beginnings, then the newest', async () => {
    for (const body of ['урок', 'уроки', 'урок завтра', 'уроки завтра']) await say(tutor, body);
    expect(await found(student, 'урок')).toEqual(['урок завтра', 'урок', 'уроки завтра', 'уроки']);
  });

  it('are marked in a part of the text', async () => {
    const body = `${'а б '.repeat(60)}Зошити та 😀 зошит`;
    await say(tutor, body);
    const [{ snippet }] = (await search(student, 'зошит')).edges;
    const marked = snippet.highlights.map(({ start, length }: { start: number; length: number }) =>
      snippet.text.slice(start, start + length),
    );
    expect(marked).toEqual(['Зошити', 'зошит']);
    expect(snippet.text).toMatch(/^….*зошит$/);
    expect(snippet.text.length).toBeLessThanOrEqual(162);
  });

  it('are plain text in a snippet, markup too', async () => {
    await say(tutor, '<b>урок</b> & co');
    const [{ snippet }] = (await search(student, 'урок')).edges;
    expect(snippet).toEqual({ text: '<b>урок</b> & co', highlights: [{ start: 3, length: 4 }] });
  });
});

describe('what is searched', () => {
  it('is one room, or all rooms of the three kinds', async () => {
    const classroom = await school.classroom(tutor, [student]);
    const rooms = [lesson.id, classroom.id, relationId];
    for (const id of rooms) await say(tutor, `слово ${id}`, id);

    expect((await found(student, 'слово')).sort()).toEqual(rooms.map((id) => `слово ${id}`).sort());
    for (const roomId of rooms)
      expect(await found(student, 'слово', { roomId })).toEqual([`слово ${roomId}`]);
  });

  it('are older blocks of a long room too, the newest first', async () => {
    await app.foundation.database.sql(
      `WITH head AS (INSERT INTO channel (id, last_seq) VALUES ('chat:' || $1::uuid, 9000))
       INSERT INTO chat_message (id, organization_id, lesson_id, sequence, author_id, body, created_at)
       SELECT uuidv7(), $2, $1, n, $3, CASE n WHEN 1 THEN 'перше' WHEN 9000 THEN 'останнє' ELSE 'часте' END,
              now() - interval '1 day' + n * interval '1 second' FROM generate_series(1, 9000) n`,
      ...[lesson.uuid, school.organizationId, tutor.uuid],
    );
    expect(await found(student, 'перше')).toEqual(['перше']);
    expect(await found(student, 'останнє')).toEqual(['останнє']);
    const pages = [];
    let after: string | null = null;
    for (let page = 0; page < 11; page++) {
      const { edges, pageInfo } = await search(student, 'часте', { first: 100, after });
      pages.push(...edges.map(({ node }: { node: { id: string } }) => node.id));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    // The bound of one search.
    expect(pages.length).toBe(1_000);
    expect(new Set(pages).size).toBe(1_000);
  });

  it('is what the message says now: not its text before an edit, and nothing once it is deleted', async () => {
    await say(tutor, 'видалене слово');
    await say(tutor, 'старе слово');
    await app.foundation.database.sql(
      `UPDATE chat_message SET body = CASE sequence WHEN 2 THEN 'нове слово' END,
              deleted_at = CASE sequence WHEN 1 THEN now() END WHERE room_id = $1`,
      lesson.uuid,
    );
    expect(await found(student, 'слово')).toEqual(['нове слово']);
    expect(await found(student, 'видалене')).toEqual([]);
    expect(await found(student, 'старе')).toEqual([]);
  });

  it('is not what came after the first page', async () => {
    for (let n = 1; n <= 5; n++) await say(tutor, `слово ${n}`);
    const first = await search(student, 'слово', { first: 2 });
    await say(tutor, 'слово');
    const rest = await found(student, 'слово', { first: 10, after: first.pageInfo.endCursor });
    expect(rest).toEqual(['слово 3', 'слово 2', 'слово 1']);
  });
});

describe('who finds a message', () => {
  type Place = 'lesson' | 'classroom' | 'relation';
  const places: readonly Place[] = ['lesson', 'classroom', 'relation'];
  const people: Record<string, () => Promise<Person> | Person> = {
    tutor: () => tutor,
    member: () => student,
    'an admin': () => school.admin(),
    'another tutor': () => school.tutor(),
    'another student': async () => (await school.pair()).student,
    'a stranger of another school': async () => (await (await app.seed.school()).pair()).student,
  };
  const cases = Object.keys(people).flatMap((who) => places.map((place) => [who, place] as const));

  it.each(cases)('%s in a %s', async (who, place) => {
    const classroom = await school.classroom(tutor, [student]);
    const roomId = { lesson: lesson.id, classroom: classroom.id, relation: relationId }[place];
    await say(tutor, 'таємниця', roomId);
    const person = (await people[who]?.()) as Person;
    const allowed = who === 'tutor' || who === 'member';

    expect(await found(person, 'таємниця')).toEqual(allowed ? ['таємниця'] : []);
    const { data, errors } = await as(person).send(searchMessages, { text: 'таємниця', roomId });
    expect(data?.searchMessages?.edges.length).toBe(allowed ? 1 : undefined);
    expect(errors?.[0]?.extensions.code).toBe(allowed ? undefined : 'ROOM_NOT_FOUND');
  });

  it('not who was there: after a relation ended, or who left the classroom', async () => {
    const classroom = await school.classroom(tutor, [student]);
    for (const id of [lesson.id, relationId, classroom.id]) await say(tutor, 'таємниця', id);
    await app.foundation.database.sql(
      'UPDATE classroom_member SET left_at = now() WHERE user_id = $1',
      student.uuid,
    );
    await as(tutor).data(endRelation, { id: relationId });

    expect(await found(student, 'таємниця')).toEqual([]);
    // A classroom is not of a pair: its tutor keeps it.
    expect(await found(tutor, 'таємниця')).toEqual(['таємниця']);
  });

  it('nobody without signing in', async () => {
    expect((await as(null).error(searchMessages, { text: 'a' })).extensions.code).toBe('UNAUTHENTICATED');
  });
});

it.each([
  ['a text without a word', { text: '!!!' }, 'text'],
  ['an empty text', { text: '' }, 'text'],
  ['a text of 201 characters', { text: 'a'.repeat(201) }, 'text'],
  ['NUL', { text: 'a\u0000' }, 'text'],
  ['the id of no room', { text: 'a', roomId: encodeId('user', newId()) }, 'roomId'],
  ['101 at once', { text: 'a', first: 101 }, 'first'],
  ['a cursor of another list', { text: 'a', after: 'WyIxIl0' }, 'after'],
])('%s is refused', async (_what, variables, field) => {
  const { extensions } = await as(tutor).error(searchMessages, variables);
  expect(extensions).toMatchObject({
    code: 'VALIDATION_ERROR',
    fields: { [field]: expect.arrayContaining([expect.any(String)]) },
  });
});
