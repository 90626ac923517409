import {
  type BoardEventLike,
  type BoardState,
  emptyBoard,
  withEvent,
  withSnapshot,
} from '../../client/index.js';
import { createRandom, type Random } from '../testkit/random.js';

interface Element {
  readonly id: string;
  readonly revision: number;
}
type Event = BoardEventLike<Element>;

/** What a server says over a random history: at each step the board, and each event with the element as of some later time. */
function history(random: Random, steps: number) {
  const boards: ReadonlyMap<string, Element>[] = [new Map()];
  const operations: { kind: string; elementId: string | null }[] = [];
  for (let revision = 1; revision <= steps; revision++) {
    const board = new Map(boards.at(-1));
    const kind = random.chance(0.04) ? 'CLEAR' : random.chance(0.65) ? 'PUT' : 'DELETE';
    const elementId = kind === 'CLEAR' ? null : `e${random.int(8)}`;
    if (elementId === null) board.clear();
    else board.delete(elementId);
    if (kind === 'PUT' && elementId) board.set(elementId, { id: elementId, revision });
    boards.push(board);
    operations.push({ kind, elementId });
  }
  const boardAt = (revision: number) => boards[revision] ?? new Map<string, Element>();
  const eventOf = (index: number): Event => {
    const { kind, elementId } = operations[index] ?? { kind: '', elementId: null };
    const readAt = boardAt(index + 1 + random.int(steps - index));
    const element = kind === 'PUT' ? (readAt.get(elementId ?? '') ?? null) : null;
    return { __typename: 'BoardChanged', revision: index + 1, kind, elementId, element };
  };
  return { boardAt, eventOf };
}

const shown = (state: BoardState<Element>) =>
  [...state.elements.values()].sort((a, b) => a.revision - b.revision);

function shuffle<T>(items: T[], random: Random): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = random.int(index + 1);
    [items[index], items[other]] = [items[other] as T, items[index] as T];
  }
  return items;
}

it.each(Array.from({ length: 200 }, (_, seed) => seed))(
  'events and snapshots in any order, late and doubled, end in the same board: seed %i',
  (seed) => {
    const random = createRandom(seed);
    const steps = 60;
    const { boardAt, eventOf } = history(random, steps);
    // Elements may have been read later than the revision that the snapshot names.
    const snapshot = (at: number) => (state: BoardState<Element>) =>
      withSnapshot(state, {
        revision: at,
        frozen: false,
        elements: [...boardAt(at + random.int(steps - at + 1)).values()],
      });
    const apply = (index: number) => (state: BoardState<Element>) => withEvent(state, eventOf(index));
    const start = random.int(steps);
    const tail = Array.from({ length: steps - start }, (_, n) => start + n);
    const early = Array.from({ length: random.int(20) }, () => apply(random.int(steps)));
    const news = [
      ...[...tail, ...tail.filter(() => random.chance(0.3))].map(apply),
      ...Array.from({ length: 20 }, () => apply(random.int(steps))),
      ...Array.from({ length: 3 }, () => snapshot(random.int(steps))),
    ];
    const steps_ = [...early, snapshot(start), ...shuffle(news, random)];
    const state = steps_.reduce((board, step) => step(board), emptyBoard<Element>());
    expect(shown(state)).toEqual([...boardAt(steps).values()]);
  },
);

it('gives the same state when nothing is new, and is frozen for good', () => {
  const put: Event = {
    __typename: 'BoardChanged',
    revision: 1,
    kind: 'PUT',
    elementId: 'a',
    element: { id: 'a', revision: 1 },
  };
  const state = withEvent(emptyBoard<Element>(), put);
  expect(withEvent(state, put)).toBe(state);
  const frozen = withEvent(state, { __typename: 'BoardFrozen' });
  expect(frozen.frozen).toBe(true);
  expect(withEvent(frozen, { __typename: 'BoardFrozen' })).toBe(frozen);
  expect(withSnapshot(frozen, { revision: 1, frozen: false, elements: [] }).frozen).toBe(true);
  expect(withEvent(frozen, { __typename: 'ChannelJoined' })).toBe(frozen);
});
