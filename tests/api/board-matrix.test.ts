import { encodeId } from '../../src/shared/ids.js';
import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { boardQuery, del, draw, put } from './board-operations.js';

const people = [
  'owner',
  'tutor',
  'co-tutor',
  'member',
  'former member',
  'stranger of the same school',
  'stranger of another school',
  'admin',
] as const;
type Who = (typeof people)[number];

let app: TestApp;
let persons: Record<Who, Person>;
/** A board of a lesson, where the member is its student, and one of a classroom. */
const boards: Record<'lesson' | 'classroom', string> = { lesson: '', classroom: '' };
let subjects: Record<'lesson' | 'classroom', string>;

beforeAll(async () => {
  app = await startApp();
  const [school, other] = [await app.seed.school(), await app.seed.school()];
  const { tutor, student: member } = await school.pair();
  const [owner, admin, coTutor, former] = [
    await school.admin(),
    await school.admin(),
    await school.tutor(),
    await school.student(),
  ];
  const { database } = app.foundation;
  await database.sql(`UPDATE app_user SET role = 'OWNER' WHERE id = $1`, owner.uuid);
  persons = {
    ...{ owner, admin, tutor, member },
    ...{ 'co-tutor': coTutor, 'former member': former },
    'stranger of the same school': await school.tutor(),
    'stranger of another school': (await other.pair()).tutor,
  };
  const lesson = await school.lesson(tutor, member);
  const mutation = 'mutation { createClassroom(input: { name: "7-B" }) { classroom { id } } }';
  const { id } = (await app.client(tutor.accessToken).data(mutation)).createClassroom.classroom;
  const rows = [
    [coTutor.uuid, 'CO_TUTOR', false],
    [member.uuid, 'MEMBER', false],
    [former.uuid, 'MEMBER', true],
  ] as const;
  const [{ uuid } = { uuid: '' }] = await database.sql<{ uuid: string }>(
    'SELECT id AS uuid FROM classroom WHERE tutor_id = $1',
    tutor.uuid,
  );
  for (const [userId, role, left] of rows)
    await database.sql(
      `INSERT INTO classroom_member (classroom_id, user_id, organization_id, role, joined_at, left_at)
       VALUES ($1, $2, $3, $4::classroom_role, now() - interval '1 hour', CASE WHEN $5::boolean THEN now() END)`,
      uuid,
      userId,
      school.organizationId,
      role,
      left,
    );
  boards.lesson = encodeId('board', lesson.uuid);
  boards.classroom = encodeId('board', uuid);
  subjects = { lesson: lesson.id, classroom: id };
  for (const board of Object.values(boards)) await draw(app, tutor, board, [put('a', 1)]);
});
afterAll(() => app.stop());

/** Who is in the room: the co-tutor and the former member never were in the lesson. */
const admitted: Record<'lesson' | 'classroom', readonly Who[]> = {
  lesson: ['tutor', 'member'],
  classroom: ['tutor', 'co-tutor', 'member'],
};
const cells = (['lesson', 'classroom'] as const).flatMap((kind) => people.map((who) => [kind, who] as const));

it.each(cells)('the board of a %s as %s', async (kind, who) => {
  const id = boards[kind];
  const client = app.client(persons[who].accessToken);
  const expected = admitted[kind].includes(who) ? 'admitted' : 'BOARD_NOT_FOUND';
  const code = async (query: string, variables: Record<string, unknown>) =>
    (await client.send(query, variables)).errors?.[0]?.extensions.code ?? 'admitted';

  const fields = [
    'id',
    'roomId',
    'revision',
    'frozen',
    'eventCursor',
    'elements { id kind data revision author { id } }',
  ];
  const outcomes: Record<string, string> = {
    board: await code(boardQuery, { id }),
    node: await code(`query ($id: ID!) { node(id: $id) { ... on Board { ${fields.join(' ')} } } }`, { id }),
    applyBoardOperations: await code(
      'mutation ($input: ApplyBoardOperationsInput!) { applyBoardOperations(input: $input) { board { revision } } }',
      { input: { boardId: id, operations: [put(`by-${people.indexOf(who)}`, 1), del('nothing')] } },
    ),
    undoBoardOperations: await code(
      'mutation ($input: UndoBoardOperationsInput!) { undoBoardOperations(input: $input) { keptElementIds } }',
      { input: { boardId: id, opIds: ['nobody-s'] } },
    ),
    moveBoardPointer: await code(
      'mutation ($input: MoveBoardPointerInput!) { moveBoardPointer(input: $input) { ok } }',
      { input: { boardId: id, at: { x: 1, y: 1 } } },
    ),
  };
  for (const field of ['boardEvents { __typename }', 'boardPointers { pointers { userId } }']) {
    const [name = ''] = field.split(' ');
    const received = app
      .socket(persons[who].accessToken)
      .subscribe(`subscription ($id: ID!) { ${field.replace(name, `${name}(boardId: $id)`)} }`, { id });
    outcomes[name] =
      expected === 'admitted'
        ? await received.next().then(() => 'admitted')
        : ((await received.errors())[0]?.extensions.code ?? '');
    received.stop();
  }
  const all = Object.keys(outcomes).map((name) => [name, expected]);
  // Who may draw has no such operation to undo, and is told of that alone.
  const own = {
    ...Object.fromEntries(all),
    ...(expected === 'admitted' && { undoBoardOperations: 'VALIDATION_ERROR' }),
  };
  expect(outcomes).toEqual(own);
});

it.each(cells)('the field board of a %s as %s', async (kind, who) => {
  const query = `query ($id: ID!) { ${kind}(id: $id) { id board { revision elements { id author { displayName } } } } }`;
  const { data, errors } = await app.client(persons[who].accessToken).send(query, { id: subjects[kind] });
  const sees = admitted[kind].includes(who);
  const seesSubject = sees || who === 'owner' || who === 'admin';
  const notFound = kind === 'lesson' ? 'LESSON_NOT_FOUND' : 'CLASSROOM_NOT_FOUND';
  expect(errors?.[0]?.extensions.code).toBe(
    sees ? undefined : seesSubject ? 'BOARD_NOT_ACCESSIBLE' : notFound,
  );
  if (sees) expect(data[kind].board.elements.length).toBeGreaterThan(0);
});
