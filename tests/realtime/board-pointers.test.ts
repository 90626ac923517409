import { boardIdOf } from '../api/board-operations.js';
import { eventually } from '../testkit/eventually.js';
import type { Person, School } from '../testkit/seed.js';
import type { Received, SocketClient } from '../testkit/socket-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { type SecondNode, startSecondNode } from './second-node.js';

let app: TestApp;
let other: SecondNode;
let school: School;
let tutor: Person;
let student: Person;
let boardId: string;
let relationId: string;

beforeAll(async () => {
  app = await startApp();
  other = await startSecondNode(app);
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  boardId = boardIdOf(await school.lesson(tutor, student));
});

const watch = (socket: SocketClient) =>
  socket.subscribe(
    'subscription ($boardId: ID!) { boardPointers(boardId: $boardId) { pointers { userId x y } } }',
    { boardId },
  );
const next = async (received: Received) => (await received.next()).boardPointers.pointers;
const point = (person: Person, at: { x: number; y: number } | null) =>
  app
    .client(person.accessToken)
    .send('mutation ($input: MoveBoardPointerInput!) { moveBoardPointer(input: $input) { ok } }', {
      input: { boardId, at },
    });

it('shows where others point, on whichever process, until they leave', async () => {
  const followers = [watch(app.socket(tutor.accessToken)), watch(other.socket(tutor.accessToken))];
  for (const follower of followers) expect(await next(follower)).toEqual([]);
  await point(student, { x: 1.5, y: -2 });
  for (const follower of followers)
    expect(await next(follower)).toEqual([{ userId: student.id, x: 1.5, y: -2 }]);
  await point(student, null);
  for (const follower of followers) expect(await next(follower)).toEqual([]);
});

it('is told at most ten times a second, and ends with the last place', async () => {
  const follower = watch(other.socket(tutor.accessToken));
  await next(follower);
  const began = performance.now();
  await Promise.all(Array.from({ length: 60 }, (_, n) => point(student, { x: n % 59, y: 0 })));
  await point(student, { x: 1_000, y: 0 });
  let told = 0;
  await eventually(
    async () => {
      told++;
      return (await next(follower))[0]?.x;
    },
    (x) => x === 1_000,
  );
  expect(told).toBeLessThanOrEqual(Math.ceil((performance.now() - began) / 100) + 1);
});

it('is nobody’s who may not see the board, and nobody’s any more who may not', async () => {
  const stranger = await school.pair();
  const follower = watch(app.socket(student.accessToken));
  await next(follower);
  expect((await point(stranger.student, { x: 0, y: 0 })).errors?.[0]?.extensions.code).toBe(
    'BOARD_NOT_FOUND',
  );
  expect((await watch(app.socket(stranger.tutor.accessToken)).errors())[0]?.extensions.code).toBe(
    'BOARD_NOT_FOUND',
  );
  await app
    .client(tutor.accessToken)
    .data('mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { id } } }', {
      id: relationId,
    });
  expect((await follower.errors())[0]?.extensions.code).toBe('SUBSCRIPTION_REVOKED');
});

it('takes places that can be drawn', async () => {
  const { errors } = await point(student, { x: 2e7, y: 0 });
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'VALIDATION_ERROR',
    fields: { 'input.at.x': ['must be between -10000000 and 10000000'] },
  });
});
