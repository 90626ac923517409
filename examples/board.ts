/**
 * Two people draw on the board of their lesson, one of them away for a while:
 *
 *   npx tsx examples/board.ts http://127.0.0.1:4000/graphql
 *
 * It ends with 0 when both saw the same board at the end, and with 1 otherwise.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  ApplyBoardOperationsDocument,
  BoardEventsDocument,
  type BoardOperationInput,
  type BoardState,
  type ElementFragment,
  emptyBoard,
  LessonBoardDocument,
  UndoBoardOperationsDocument,
  withEvent,
  withSnapshot,
} from '../client/index.js';
import { type Person, signUp } from './people.js';
import { becomeTutorOf, present, type StoryOptions, schedule } from './story.js';

const patienceMilliseconds = 30_000;

/** A board as one person sees it. */
interface OpenBoard {
  readonly id: string;
  state(): BoardState<ElementFragment>;
  /** Resolves when the board shows what is wanted. */
  until(holds: (state: BoardState<ElementFragment>) => boolean, what: string): Promise<void>;
  close(): void;
}

/** Loads the board and follows it from there: nothing can fall in between. */
async function open({ connection }: Person, lessonId: string): Promise<OpenBoard> {
  let state = emptyBoard<ElementFragment>();
  const listeners = new Set<() => void>();
  const load = async () => {
    const { data } = await connection.apollo.query({
      query: LessonBoardDocument,
      variables: { lessonId },
      fetchPolicy: 'network-only',
    });
    const board = present(present(data).lesson?.board);
    state = withSnapshot(state, board);
    return board;
  };
  const { id, eventCursor } = await load();
  const following = connection.apollo
    .subscribe({ query: BoardEventsDocument, variables: { boardId: id, after: eventCursor } })
    .subscribe(({ data }) => {
      const event = data?.boardEvents;
      if (event) state = withEvent(state, event);
      for (const look of listeners) look();
      // Too much was missed to be replayed: the board is loaded anew, and the events go on after it.
      if (event?.__typename === 'ChannelReset')
        void load().then(() => {
          for (const look of listeners) look();
        });
    });
  return {
    id,
    state: () => state,
    until: (holds, what) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${what} was not seen.`)), patienceMilliseconds);
        const look = () => {
          if (!holds(state)) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    close: () => following.unsubscribe(),
  };
}

const stroke = (elementId: string, points: number[]): BoardOperationInput => ({
  ...{ opId: randomUUID(), kind: 'PUT', elementId, elementKind: 'STROKE' },
  data: JSON.stringify({ points }),
});

async function draw(
  { connection }: Person,
  boardId: string,
  operations: BoardOperationInput[],
): Promise<void> {
  await connection.apollo.mutate({
    mutation: ApplyBoardOperationsDocument,
    variables: { input: { boardId, operations } },
  });
}

const shown = (board: OpenBoard) =>
  JSON.stringify([...board.state().elements.values()].map(({ id, data }) => [id, data]).sort());

/** Plays it with people of its own; rejects when anything is not as it should be. */
export async function playBoard({ url, print }: StoryOptions): Promise<void> {
  const tutor = await signUp(url, 'Olena', 'TUTOR');
  const student = await signUp(url, 'Danylo', 'STUDENT');
  try {
    await becomeTutorOf(tutor, student);
    const lesson = await schedule(tutor, student);
    const boards = [await open(tutor, lesson.id), await open(student, lesson.id)] as const;
    const [{ id }] = boards;
    print('Both opened the board of the lesson.');

    await Promise.all([
      draw(tutor, id, [stroke('parabola', [0, 0, 1, 1]), stroke('axis', [0, 9])]),
      draw(student, id, [stroke('parabola', [0, 0, 2, 4]), stroke('tangent', [1, 1])]),
    ]);
    for (const board of boards) await board.until(({ elements }) => elements.size === 3, 'what both drew');
    print('Both drew at once, one of them over the other.');

    student.loseSocket();
    const mistake = stroke('axis', [9, 9]);
    await draw(tutor, id, [mistake, { opId: randomUUID(), kind: 'DELETE', elementId: 'tangent' }]);
    await tutor.connection.apollo.mutate({
      mutation: UndoBoardOperationsDocument,
      variables: { input: { boardId: id, opIds: [mistake.opId] } },
    });
    print(`${tutor.name} drew, removed and undid while ${student.name} was away.`);
    student.comeBack();
    for (const board of boards)
      await board.until(
        ({ elements }) => !elements.has('tangent') && elements.get('axis')?.data === '{"points":[0,9]}',
        'what was undone',
      );
    if (shown(boards[0]) !== shown(boards[1]))
      throw new Error(`${shown(boards[0])} is not ${shown(boards[1])}.`);
    print('Both see the same board.');
    for (const board of boards) board.close();
  } finally {
    for (const { connection } of [tutor, student]) await connection.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.argv[2] ?? 'http://127.0.0.1:4000/graphql';
  await playBoard({ url, print: console.log }).catch((error: unknown) => {
    console.error(`The board went wrong at ${url}:`, error);
    process.exitCode = 1;
  });
}
