import type { ClientError } from '../testkit/graphql-client.js';
import type { Person, School, SeededLesson } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { boardIdOf, boardQuery, clear, del, draw, follow, put, readBoard } from './board-operations.js';

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;
let lesson: SeededLesson;
let boardId: string;
let relationId: string;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  lesson = await school.lesson(tutor, student);
  boardId = boardIdOf(lesson);
});

const refusal = (error: ClientError) => ({ code: error.extensions.code, fields: error.extensions.fields });

describe('drawing', () => {
  it('puts, replaces and removes elements, each with the revision of the operation that made it so', async () => {
    const { board } = await draw(app, tutor, boardId, [put('a', 1), put('b', 1)]);
    expect(board).toMatchObject({ revision: 2, frozen: false, roomId: lesson.id });
    await draw(app, student, boardId, [put('a', 2), del('b'), put('c', 1, 'NOTE')]);
    expect((await readBoard(app, tutor, boardId)).elements).toEqual([
      { id: 'a', kind: 'STROKE', data: '{"n":2}', revision: 3, author: { id: student.id } },
      { id: 'c', kind: 'NOTE', data: '{"n":1}', revision: 5, author: { id: student.id } },
    ]);
  });

  it('follows the order inside a batch, whatever is on the board', async () => {
    await draw(app, tutor, boardId, [put('old', 1), put('kept', 1)]);
    await draw(app, tutor, boardId, [
      ...[put('a', 1), put('a', 2), del('a'), put('a', 3), put('old', 2), clear()],
      ...[put('b', 1), put('kept', 2), del('b'), put('b', 2)],
    ]);
    const { elements, revision } = await readBoard(app, tutor, boardId);
    expect(elements.map(({ id, data, revision: at }: Record<string, unknown>) => [id, data, at])).toEqual([
      ['kept', '{"n":2}', 10],
      ['b', '{"n":2}', 12],
    ]);
    expect(revision).toBe(12);
  });

  it('is done in two statements when nobody is in the way, the write itself being one', async () => {
    await draw(app, tutor, boardId, [put('a', 1)]);
    const { statements } = await app.statements.during(() =>
      draw(app, tutor, boardId, [put('a', 2), put('b', 1)], 'board { revision }'),
    );
    const writes = statements.filter((text) => /INSERT|UPDATE|DELETE/.test(text));
    expect(writes).toHaveLength(1);
    expect(statements.filter((text) => /board/.test(text))).toHaveLength(2);
    expect(statements.join()).not.toMatch(/BEGIN/);
  });

  it('keeps elements as they were sent, and reads those of many boards in one statement', async () => {
    const data = JSON.stringify({ text: 'Ї <script> \u0000 "☃" \ud83d\ude00', points: [0.1, -1e9] });
    await draw(app, tutor, boardId, [{ ...put('a', 0), data }]);
    const [more] = await school.lessons(tutor, student, 1);
    await draw(app, tutor, boardIdOf(more as SeededLesson), [put('b', 1)]);
    const query = '{ lessons { edges { node { board { id elements { id data author { id } } } } } } }';
    const { result, statements } = await app.statements.during(() =>
      app.client(tutor.accessToken).data(query),
    );
    const boards = result.lessons.edges.map(
      ({ node }: { node: { board: { elements: unknown } } }) => node.board.elements,
    );
    expect(boards).toEqual([
      [{ id: 'a', data, author: { id: tutor.id } }],
      [{ id: 'b', data: '{"n":1}', author: { id: tutor.id } }],
    ]);
    expect(statements.filter((text) => text.includes('board_element'))).toHaveLength(1);
  });

  it('lets many draw at once: each operation has its own revision, without a gap', async () => {
    const batches = Array.from({ length: 20 }, (_, n) => [put(`e${n}`, n), put('shared', n)]);
    await Promise.all(batches.map((batch, n) => draw(app, n % 2 ? tutor : student, boardId, batch)));
    const { revision, elements } = await readBoard(app, tutor, boardId);
    expect([revision, elements.length]).toEqual([40, 21]);
  });
});

describe('an operation that is sent again', () => {
  it('has no second effect, alone and among new ones', async () => {
    const [first, second] = [put('a', 1), put('b', 1)];
    await draw(app, tutor, boardId, [first]);
    await draw(app, student, boardId, [put('a', 2)]);
    expect((await draw(app, tutor, boardId, [first])).board.revision).toBe(2);
    expect((await draw(app, tutor, boardId, [first, second, second])).board.revision).toBe(3);
    const { elements } = await readBoard(app, tutor, boardId);
    expect(elements.map(({ id, data }: Record<string, unknown>) => [id, data])).toEqual([
      ['a', '{"n":2}'],
      ['b', '{"n":1}'],
    ]);
  });

  it('is refused with another content, whole batch and all', async () => {
    const first = put('a', 1);
    await draw(app, tutor, boardId, [first]);
    const other = [put('b', 1), { ...first, data: '{"n":2}' }];
    expect(refusal(await refused(other))).toEqual({
      code: 'IDEMPOTENCY_KEY_REUSED',
      fields: { 'input.operations.1.opId': ['was used for another operation'] },
    });
    const [one] = other;
    expect(
      refusal(
        await refused([...other.slice(0, 1), { ...one, kind: 'DELETE', elementKind: null, data: null }]),
      ),
    ).toEqual({
      code: 'IDEMPOTENCY_KEY_REUSED',
      fields: { 'input.operations.1.opId': ['was used for another operation'] },
    });
    expect((await readBoard(app, tutor, boardId)).revision).toBe(1);
  });

  it('may have the id of somebody else’s', async () => {
    const first = put('a', 1);
    await draw(app, tutor, boardId, [first]);
    expect((await draw(app, student, boardId, [{ ...first, data: '{}' }])).board.revision).toBe(2);
  });

  it('is done once though it comes many times at once', async () => {
    const batch = [put('a', 1), clear(), put('b', 1)];
    const answers = await Promise.all(Array.from({ length: 8 }, () => draw(app, tutor, boardId, batch)));
    expect(answers.map(({ board }) => board.revision)).toEqual(Array(8).fill(3));
  });
});

const refused = (operations: readonly object[], as: Person = tutor) =>
  app
    .client(as.accessToken)
    .error(
      `mutation ($input: ApplyBoardOperationsInput!) { applyBoardOperations(input: $input) { board { revision } } }`,
      { input: { boardId, operations } },
    );

describe('what is refused', () => {
  it.each([
    ['data that is no JSON', [put('a', 1), { ...put('b', 1), data: '{' }], '1.data', 'is not valid JSON'],
    [
      'data of more than 16 KB',
      [{ ...put('b', 1), data: JSON.stringify('ї'.repeat(8_192)) }],
      '0.data',
      'must have at most 16384 bytes',
    ],
    ['a lone surrogate', [{ ...put('b', 1), data: '"\ud800"' }], '0.data', 'must be valid Unicode'],
    [
      'a PUT without its element',
      [{ opId: 'x', kind: 'PUT', elementKind: 'TEXT', data: '1' }],
      '0.elementId',
      undefined,
    ],
    [
      'a PUT without a kind',
      [{ opId: 'x', kind: 'PUT', elementId: 'a', data: '1' }],
      '0.elementKind',
      undefined,
    ],
    [
      'a CLEAR of one element',
      [{ opId: 'x', kind: 'CLEAR', elementId: 'a' }],
      '0.elementId',
      'is not for this kind of operation',
    ],
    ['an element id with text in it', [put('Олена', 1)], '0.elementId', undefined],
    ['an empty opId', [{ ...put('a', 1), opId: '' }], '0.opId', undefined],
  ])('%s, by its path', async (_what, operations, path, message) => {
    const { code, fields } = refusal(await refused(operations));
    expect([code, Object.keys(fields)]).toEqual(['VALIDATION_ERROR', [`input.operations.${path}`]]);
    if (message) expect(fields[`input.operations.${path}`]).toEqual([message]);
  });

  it('takes 1 to 100 operations', async () => {
    expect(refusal(await refused([])).fields).toEqual({ 'input.operations': ['must have 1 to 100 items'] });
    const many = Array.from({ length: 101 }, (_, n) => put(`e${n}`, n));
    expect(refusal(await refused(many)).fields).toEqual({ 'input.operations': ['must have 1 to 100 items'] });
    expect((await draw(app, tutor, boardId, many.slice(0, 100))).board.revision).toBe(100);
  });

  it('has room for 2,000 elements and no more, until some are removed', async () => {
    for (let batch = 0; batch < 20; batch++) {
      const operations = Array.from({ length: 100 }, (_, n) => put(`e${batch * 100 + n}`, n));
      await draw(app, tutor, boardId, operations, 'board { revision }');
    }
    expect(
      refusal(await refused([put('one more', 1)].map((one) => ({ ...one, elementId: 'more' })))).code,
    ).toBe('BOARD_FULL');
    // Replacing, and removing as many as come, is no growth.
    await draw(app, student, boardId, [put('e7', 8), del('e8'), put('other', 1)], 'board { revision }');
    expect(refusal(await refused([put('more', 1), del('e9'), put('most', 1)])).code).toBe('BOARD_FULL');
    expect((await draw(app, tutor, boardId, [clear(), put('more', 1)])).board.elements).toHaveLength(1);
  });
});

describe('live', () => {
  it('gives snapshot and tail: what was drawn in between is not missed, and each operation is one event', async () => {
    const before = await readBoard(app, tutor, boardId);
    await draw(app, student, boardId, [put('a', 1), put('b', 1), clear()]);
    const events = follow(app, tutor, boardId, before.eventCursor);
    const taken = (await events.take(4)).map(({ boardEvents }) => boardEvents);
    expect(
      taken.map(({ __typename, revision, kind, elementId, element, by }) => [
        __typename,
        revision,
        kind,
        elementId,
        element,
        by?.id,
      ]),
    ).toEqual([
      ['BoardChanged', 1, 'PUT', 'a', null, student.id],
      ['BoardChanged', 2, 'PUT', 'b', null, student.id],
      ['BoardChanged', 3, 'CLEAR', null, null, student.id],
      ['ChannelJoined', undefined, undefined, undefined, undefined, undefined],
    ]);
    const operation = put('c', 1, 'TEXT');
    await draw(app, tutor, boardId, [operation]);
    expect((await events.next()).boardEvents).toMatchObject({
      ...{
        __typename: 'BoardChanged',
        boardId,
        revision: 4,
        kind: 'PUT',
        opId: operation.opId,
        elementId: 'c',
      },
      element: { id: 'c', kind: 'TEXT', data: '{"n":1}', revision: 4 },
    });
  });

  it('ends when the relation ends, and nothing later reaches either of the two', async () => {
    const events = follow(app, student, boardId);
    expect((await events.next()).boardEvents.__typename).toBe('ChannelJoined');
    await app
      .client(tutor.accessToken)
      .data(
        'mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { id } } }',
        { id: relationId },
      );
    expect((await events.errors())[0]?.extensions.code).toBe('SUBSCRIPTION_REVOKED');
    expect(refusal(await refused([put('a', 1)])).code).toBe('BOARD_NOT_FOUND');
    expect((await app.client(student.accessToken).error(boardQuery, { id: boardId })).extensions.code).toBe(
      'BOARD_NOT_FOUND',
    );
  });
});

describe('a board is frozen when its lesson has ended', () => {
  const cancel = (as: Person) =>
    app
      .client(as.accessToken)
      .data('mutation ($id: ID!) { cancelLesson(input: { lessonId: $id }) { lessons { id } } }', {
        id: lesson.id,
      });

  it('by a person: followers are told once, writes are refused, what was written may come again', async () => {
    const first = put('a', 1);
    await draw(app, student, boardId, [first]);
    const events = follow(app, student, boardId);
    await events.next();
    await cancel(tutor);
    expect((await events.next()).boardEvents).toMatchObject({ __typename: 'BoardFrozen', boardId });
    expect(await readBoard(app, student, boardId)).toMatchObject({
      frozen: true,
      revision: 2,
      elements: [{ id: 'a' }],
    });
    expect(refusal(await refused([put('b', 1)], student)).code).toBe('BOARD_FROZEN');
    expect((await draw(app, student, boardId, [first])).board.revision).toBe(2);
  });

  it.each([
    ['IN_PROGRESS', 'COMPLETED'],
    ['SCHEDULED', 'NO_SHOW'],
    ['REQUESTED', 'EXPIRED'],
  ] as const)('by the sweep: %s becomes %s', async (status, _becomes) => {
    const old = await school.lesson(tutor, student, {
      status,
      startsAt: new Date(Date.now() - 48 * 3_600_000),
    });
    const events = follow(app, tutor, boardIdOf(old));
    await events.next();
    await draw(app, tutor, boardIdOf(old), [put('a', 1)]);
    await events.next();
    await app.deliver();
    expect((await events.next()).boardEvents.__typename).toBe('BoardFrozen');
    boardId = boardIdOf(old);
    expect(refusal(await refused([put('b', 1)])).code).toBe('BOARD_FROZEN');
  });

  it('whoever draws while it ends is before the freeze or refused, never after it', async () => {
    const writes = Array.from({ length: 10 }, (_, n) =>
      draw(app, n % 2 ? tutor : student, boardId, [put(`e${n}`, n)]).then(
        () => 'drawn',
        () => 'refused',
      ),
    );
    const [outcomes] = await Promise.all([Promise.all(writes), cancel(student)]);
    const { revision, elements } = await readBoard(app, tutor, boardId);
    const drawn = outcomes.filter((outcome) => outcome === 'drawn').length;
    expect(elements).toHaveLength(drawn);
    expect(revision).toBe(drawn + 1);
    const [last] = await app.foundation.database.sql<{ kind: string }>(
      'SELECT kind FROM channel_event WHERE channel = $1 ORDER BY seq DESC LIMIT 1',
      `board:${lesson.uuid}`,
    );
    expect(last?.kind).toBe('board.frozen');
  });
});
