import type { GraphqlClient } from '../testkit/graphql-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { booking, pairWithClients, schedule, update } from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const list = `query ($filter: LessonFilter, $first: Int, $after: String) {
  lessons(filter: $filter, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { title } } } }`;

async function titles(client: GraphqlClient, text: string): Promise<string[]> {
  const { lessons } = await client.data(list, { filter: { text } });
  return lessons.edges.map(({ node }: { node: { title: string } }) => node.title);
}

describe('lessons with a text', () => {
  const texts: [string, string | null][] = [
    ["П'ять задач на відсотки", null],
    ['Алгебра: рівняння', 'Повторити теорему Вієта; пʼята вправа'],
    ['English: present perfect', "Don't forget exercise 4b"],
    ['Їжаки й ґудзики', 'Казка про за́мок'],
    ['Café talk', null],
  ];
  let client: GraphqlClient;
  beforeAll(async () => {
    const { student, asTutor, asStudent } = await pairWithClients(app);
    for (const [index, [title, notes]] of texts.entries())
      await schedule(asTutor, booking(student, 30 + 2 * index, { title, notes }));
    client = asStudent;
  });

  it.each([
    ['a word', 'алгебра', ['Алгебра: рівняння']],
    ['the beginning of a word', 'рівн', ['Алгебра: рівняння']],
    ['a word of the notes', 'вієта', ['Алгебра: рівняння']],
    ['capitals', 'ЇЖАКИ', ['Їжаки й ґудзики']],
    ['letters that other alphabets do not have', 'ґудз', ['Їжаки й ґудзики']],
    ['an ASCII apostrophe', "п'ят", ["П'ять задач на відсотки", 'Алгебра: рівняння']],
    ['a typographic apostrophe', 'п’ять', ["П'ять задач на відсотки"]],
    ['a letter apostrophe', 'пʼята', ['Алгебра: рівняння']],
    ['a word under a stress mark', 'замок', ['Їжаки й ґудзики']],
    ['a stress mark in the question', 'а́лгебра', ['Алгебра: рівняння']],
    ['English', 'perfect', ['English: present perfect']],
    ['an English apostrophe', 'don’t', ['English: present perfect']],
    ['digits', '4b', ['English: present perfect']],
    ['a composed and a decomposed letter alike', 'cafe\u0301', ['Café talk']],
    ['several words, in any order', 'вправа алг', ['Алгебра: рівняння']],
    ['words that are not all there', 'алгебра задач', []],
    ['the middle of a word', 'гебра', []],
    ['an operator of a query language', 'алгебра | english', []],
    ['quotes and backslashes', `алгебра'\\"`, ['Алгебра: рівняння']],
  ])('are found by %s', async (_what, text, expected) => {
    expect(await titles(client, text)).toEqual(expected);
  });

  it.each([
    ['?!', 'must have a letter or a digit'],
    ['x'.repeat(201), 'must have 1 to 200 characters'],
  ])('refuses %j', async (text, message) => {
    const { extensions } = await client.error(list, { filter: { text } });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'filter.text': [expect.stringContaining(message)] },
    });
  });

  it('follow an edit', async () => {
    const { student, asTutor } = await pairWithClients(app);
    const lesson = await schedule(asTutor, booking(student, 30));
    await update(asTutor, { lessonId: lesson.id, title: 'Геометрія' });
    expect(await titles(asTutor, 'algebra')).toEqual([]);
    expect(await titles(asTutor, 'геом')).toEqual(['Геометрія']);
  });

  it('are nobody else’s, and are paged like all lists', async () => {
    const { school, student, asTutor } = await pairWithClients(app);
    for (const hours of [30, 32, 34]) await schedule(asTutor, booking(student, hours));
    expect(await titles(app.client((await school.tutor()).accessToken), 'algebra')).toEqual([]);
    const asAdmin = app.client((await school.admin()).accessToken);
    const first = (await asAdmin.data(list, { filter: { text: 'alg' }, first: 2 })).lessons;
    expect(first.pageInfo.hasNextPage).toBe(true);
    const after = first.pageInfo.endCursor;
    const rest = (await asAdmin.data(list, { filter: { text: 'alg' }, first: 2, after })).lessons;
    expect([first.edges.length, rest.edges.length]).toEqual([2, 1]);
  });
});
