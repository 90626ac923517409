import { removeExpiredOperations } from '../../src/modules/boards/retention-store.js';
import { type ElementSpan, type KnownOperation, planUndo } from '../../src/modules/boards/undo-plan.js';
import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { boardIdOf, clear, del, draw, follow, type Operation, put, readBoard } from './board-operations.js';

let app: TestApp;
let tutor: Person;
let student: Person;
let boardId: string;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  const school = await app.seed.school();
  ({ tutor, student } = await school.pair());
  boardId = boardIdOf(await school.lesson(tutor, student));
});

const mutation = `mutation ($boardId: ID!, $opIds: [String!]!) { undoBoardOperations(input: { boardId: $boardId, opIds: $opIds }) {
  board { revision } keptElementIds } }`;
const undo = async (as: Person, ...operations: Operation[]) =>
  (await app.client(as.accessToken).data(mutation, { boardId, opIds: operations.map(({ opId }) => opId) }))
    .undoBoardOperations;
const refused = (as: Person, opIds: readonly string[]) =>
  app.client(as.accessToken).error(mutation, { boardId, opIds });
const shown = async () =>
  Object.fromEntries(
    (await readBoard(app, tutor, boardId)).elements.map(
      ({ id, data, author }: { id: string; data: string; author: { id: string } }) => [
        id,
        [JSON.parse(data).n, author.id === tutor.id ? 'tutor' : 'student'],
      ],
    ),
  );

describe('undoing', () => {
  it('takes elements back to what they were, one operation after another', async () => {
    const [first, second, third] = [put('a', 1), put('a', 2), del('a')];
    await draw(app, tutor, boardId, [first, second, third]);
    expect(await undo(tutor, third)).toEqual({ board: { revision: 4 }, keptElementIds: [] });
    expect(await shown()).toEqual({ a: [2, 'tutor'] });
    await undo(tutor, second);
    expect(await shown()).toEqual({ a: [1, 'tutor'] });
    await undo(tutor, first);
    expect(await shown()).toEqual({});
  });

  it('brings back what was cleared, with whose it was, all at once and in one piece with other operations', async () => {
    const cleared = clear();
    await draw(app, student, boardId, [put('a', 1), put('b', 1)]);
    await draw(app, tutor, boardId, [put('c', 1), cleared]);
    const extra = put('d', 1);
    await draw(app, tutor, boardId, [extra]);
    expect(await undo(tutor, cleared, extra)).toMatchObject({ keptElementIds: [] });
    expect(await shown()).toEqual({ a: [1, 'student'], b: [1, 'student'], c: [1, 'tutor'] });
  });

  it('leaves what somebody else has changed since, and says so', async () => {
    const [mine, other] = [put('a', 1), put('b', 1)];
    await draw(app, tutor, boardId, [mine, other]);
    await draw(app, student, boardId, [put('a', 2)]);
    expect((await undo(tutor, mine, other)).keptElementIds).toEqual(['a']);
    expect(await shown()).toEqual({ a: [2, 'student'] });
    // Also when it is gone again by now.
    const again = put('c', 1);
    await draw(app, tutor, boardId, [again]);
    await draw(app, student, boardId, [del('c'), put('c', 3), del('c')]);
    expect((await undo(tutor, again)).keptElementIds).toEqual(['c']);
  });

  it('leaves what the author has drawn over since, unless that is undone too', async () => {
    const [first, second] = [put('a', 1), put('a', 2)];
    await draw(app, tutor, boardId, [first, second]);
    expect((await undo(tutor, first)).keptElementIds).toEqual(['a']);
    expect(await shown()).toEqual({ a: [2, 'tutor'] });
    await undo(tutor, second);
    expect(await shown()).toEqual({ a: [1, 'tutor'] });
  });

  it('is done once though it is sent again, and is live as an operation of its own', async () => {
    const first = put('a', 1);
    await draw(app, tutor, boardId, [put('a', 0), first]);
    const events = follow(app, student, boardId);
    await events.next();
    await Promise.all([undo(tutor, first), undo(tutor, first), undo(tutor, first)]);
    expect((await events.next()).boardEvents).toMatchObject({
      ...{ kind: 'PUT', undoes: first.opId, elementId: 'a', revision: 3, by: { id: tutor.id } },
      element: { data: '{"n":0}', revision: 3 },
    });
    expect((await readBoard(app, tutor, boardId)).revision).toBe(3);
  });

  it('is refused for what is not the viewer’s own, unknown, or too long ago', async () => {
    const [old, first] = [put('a', 0), put('a', 1)];
    await draw(app, tutor, boardId, [old]);
    await draw(app, student, boardId, [first]);
    const error = await refused(tutor, [old.opId, first.opId]);
    expect(error.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.opIds.1': ['is no operation of yours here that can still be undone'] },
    });
    await app.foundation.database.sql(
      'UPDATE channel SET last_seq = last_seq + 2000 WHERE id = $1',
      (
        await app.foundation.database.sql<{ id: string }>(
          `SELECT 'board:' || id AS id FROM board WHERE id IN (SELECT board_id FROM board_operation WHERE op_id = $1)`,
          old.opId,
        )
      )[0]?.id,
    );
    expect((await refused(tutor, [old.opId])).extensions.fields).toHaveProperty(['input.opIds.0']);
  });
});

/** A board as one who keeps everything would have it, to hold the plan against. */
it('a plan never touches what another has changed, and otherwise gives the state of before: 300 random histories', () => {
  for (let seed = 0; seed < 300; seed++) {
    let state = seed * 2_654_435_761 + 1;
    const roll = (below: number) => {
      state = (Math.imul(state ^ (state >>> 13), 1_540_483_477) + 12_345) >>> 0;
      return state % below;
    };
    const spans: { elementId: string; revision: number; endedRevision: number | null }[] = [];
    const known = new Map<number, KnownOperation>();
    const before: Map<string, number>[] = [new Map()];
    const touched: Set<string>[] = [new Set()];
    for (let revision = 1; revision <= 12; revision++) {
      const present = new Map(before.at(-1));
      const elementId = `e${roll(3)}`;
      const clears = roll(12) === 0;
      const ended = spans.filter(
        (span) => span.endedRevision === null && (clears || span.elementId === elementId),
      );
      for (const span of ended) span.endedRevision = revision;
      for (const { elementId: gone } of ended) present.delete(gone);
      const puts = !clears && roll(3) > 0;
      if (puts) spans.push({ elementId, revision, endedRevision: null });
      if (puts) present.set(elementId, revision);
      before.push(present);
      touched.push(new Set([...ended.map((span) => span.elementId), ...(puts ? [elementId] : [])]));
      const authorId = roll(2) ? 'me' : 'other';
      known.set(revision, { opId: `o${revision}`, revision, authorId, isUndo: false, undone: false });
    }
    const mine = [...known.values()].filter(({ authorId }) => authorId === 'me').slice(-3);
    if (mine.length === 0) continue;
    const plan = planUndo(mine, spans as readonly ElementSpan[], known);
    for (const elementId of ['e0', 'e1', 'e2']) {
      const own = mine.filter(({ revision }) => touched[revision]?.has(elementId));
      const restoration = plan.restorations.find((one) => one.elementId === elementId);
      // From the last one back, as far as nothing of another's, or of mine that stays, lies above.
      let reached: number | null = null;
      for (const { revision } of own.toReversed()) {
        const above = [...known.values()].filter(
          (one) => one.revision > revision && touched[one.revision]?.has(elementId),
        );
        if (above.every((one) => own.includes(one))) reached = revision;
        else break;
      }
      const target = reached === null ? undefined : (before[reached - 1]?.get(elementId) ?? null);
      const present = before.at(-1)?.get(elementId) ?? null;
      const expected = target === undefined || (target === null && present === null) ? undefined : target;
      expect({ seed, elementId, source: restoration?.source }).toEqual({ seed, elementId, source: expected });
    }
  }
});

it('operations are forgotten after 7 days, with what they replaced; what is on the board stays', async () => {
  await draw(app, tutor, boardId, [put('a', 1), put('a', 2), put('b', 1), del('b'), put('c', 1)]);
  const { database } = app.foundation;
  await database.sql(
    `UPDATE board_operation SET created_at = now() - interval '8 days' WHERE board_id = (SELECT board_id FROM board_operation
      ORDER BY created_at DESC LIMIT 1) AND kind = 'DELETE'`,
  );
  expect(await removeExpiredOperations(database, 100)).toBe(1);
  await database.sql(`UPDATE board_operation SET created_at = now() - interval '8 days'`);
  await removeExpiredOperations(database, 5_000);
  expect(await shown()).toEqual({ a: [2, 'tutor'], c: [1, 'tutor'] });
  const [left] = await database.sql<{ ended: number; known: number }>(
    `SELECT (SELECT count(*)::int FROM board_element WHERE ended_revision IS NOT NULL) AS ended,
            (SELECT count(*)::int FROM board_operation) AS known`,
  );
  expect(left).toEqual({ ended: 0, known: 0 });
});
