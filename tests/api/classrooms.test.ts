import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const create = `mutation($name: String!) { createClassroom(input: { name: $name }) { classroom {
  id name viewerRole memberCount tutor { id } chat { roomId } archivedAt } } }`;
const list = `query($first: Int, $after: String) { classrooms(first: $first, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { id name } } } }`;

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student } = await school.pair());
});

const as = (person: Person | null) => app.client(person?.accessToken);

describe('making a classroom', () => {
  it('gives its tutor a room with a chat', async () => {
    const { classroom } = (await as(tutor).data(create, { name: '  Algebra ' })).createClassroom;

    expect(classroom).toEqual({
      id: expect.stringMatching(/^classroom_/),
      name: 'Algebra',
      viewerRole: 'TUTOR',
      memberCount: 0,
      tutor: { id: tutor.id },
      chat: { roomId: classroom.id },
      archivedAt: null,
    });
    expect((await as(tutor).data(`{ classroom(id: "${classroom.id}") { name } }`)).classroom.name).toBe(
      'Algebra',
    );
  });

  it.each([
    ['a student', () => as(student).error(create, { name: 'Algebra' }), 'FORBIDDEN'],
    ['a blank name', () => as(tutor).error(create, { name: '  ' }), 'VALIDATION_ERROR'],
    ['a name of two lines', () => as(tutor).error(create, { name: 'a\nb' }), 'VALIDATION_ERROR'],
  ])('is refused to %s', async (_what, attempt, code) => {
    expect((await attempt()).extensions.code).toBe(code);
  });
});

describe('the list of classrooms', () => {
  it('has those that the viewer is in, newest first, in pages', async () => {
    const [a, b, c] = [
      await school.classroom(tutor, [student]),
      await school.classroom(tutor, []),
      await school.classroom(tutor, [student]),
    ];

    const first = (await as(tutor).data(list, { first: 2 })).classrooms;
    const second = (await as(tutor).data(list, { first: 2, after: first.pageInfo.endCursor })).classrooms;
    const ids = (page: typeof first) => page.edges.map((edge: { node: { id: string } }) => edge.node.id);

    expect([ids(first), ids(second), second.pageInfo.hasNextPage]).toEqual([[c.id, b.id], [a.id], false]);
    expect(ids((await as(student).data(list)).classrooms)).toEqual([c.id, a.id]);
    expect(ids((await as(await school.admin()).data(list)).classrooms)).toEqual([c.id, b.id, a.id]);
    expect(ids((await as(await school.tutor()).data(list)).classrooms)).toEqual([]);
  });
});
