import { print } from 'graphql';
import { WebSocket } from 'ws';
import {
  ApplyBoardOperationsDocument,
  BoardDocument,
  type BoardEventLike,
  BoardEventsDocument,
  type BoardState,
  createLiveSocket,
  createResumable,
  type ElementFragment,
  emptyBoard,
  UndoBoardOperationsDocument,
  withEvent,
  withSnapshot,
} from '../../client/index.js';
import { boardIdOf, clear, del, type Operation, put } from '../api/board-operations.js';
import { eventually } from '../testkit/eventually.js';
import { createRandom, type Random } from '../testkit/random.js';
import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const operationsEach = Number(process.env['BOARD_OPERATIONS'] ?? 1_000);

/** A client of one board whose socket can be cut without a word. */
async function openBoard(person: Person, boardId: string, random: Random) {
  const http = app.client(person.accessToken);
  const open = new Set<WebSocket>();
  class CuttableSocket extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      open.add(this);
      board.connects++;
      this.on('close', () => open.delete(this));
    }
  }
  const socket = createLiveSocket({
    url: app.wsUrl,
    webSocketImpl: CuttableSocket,
    connectionParams: async () => ({ accessToken: person.accessToken }),
  });
  const board = {
    state: emptyBoard<ElementFragment>() as BoardState<ElementFragment>,
    revision: 0,
    connects: 0,
    failure: null as unknown,
    cut() {
      for (const one of open) one.terminate();
    },
    send: (document: Parameters<typeof print>[0], input: object) => http.data(print(document), { input }),
    stop: () => {},
    async close() {
      board.stop();
      await socket.dispose();
    },
  };
  const load = async (): Promise<string> => {
    const snapshot = (await http.data(print(BoardDocument), { id: boardId })).board;
    board.state = withSnapshot(board.state, snapshot);
    board.revision = Math.max(board.revision, snapshot.revision);
    return snapshot.eventCursor;
  };
  const seen: BoardEventLike<ElementFragment>[] = [];
  const after = await load();
  board.stop = createResumable(socket, { backoff: { wait: async () => {} } }).subscribe(
    { query: BoardEventsDocument, variables: { boardId, after }, onReset: load },
    {
      next: ({ data }) => {
        const event = data?.boardEvents;
        if (!event) return;
        if (event.__typename === 'BoardChanged') board.revision = Math.max(board.revision, event.revision);
        board.state = withEvent(board.state, event);
        // What was given once may be given again, at any time.
        seen.push(event);
        board.state = withEvent(board.state, random.pick(seen));
      },
      error: (error) => {
        board.failure = error;
      },
      complete: () => {
        board.failure = new Error('the subscription completed');
      },
    },
  );
  return board;
}

function randomBatch(random: Random, size: number): Operation[] {
  return Array.from({ length: size }, () => {
    if (random.chance(0.01)) return clear();
    const id = `e${random.int(80)}`;
    return random.chance(0.7) ? put(id, random.int(1_000_000)) : del(id);
  });
}

it(`two clients draw ${operationsEach} random operations each, with cuts, repeats and undoing: both end with the board of the server`, async () => {
  const random = createRandom(20_261_125);
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const boardId = boardIdOf(await school.lesson(tutor, student));
  const boards = await Promise.all([tutor, student].map((one) => openBoard(one, boardId, random)));
  let sent = 0;

  async function drawAll(board: (typeof boards)[number]): Promise<void> {
    for (let left = operationsEach; left > 0; ) {
      const operations = randomBatch(random, Math.min(left, 1 + random.int(100)));
      left -= operations.length;
      const batch = () => board.send(ApplyBoardOperationsDocument, { boardId, operations });
      // A client that heard no answer sends again, perhaps while the first is under way.
      if (random.chance(0.3)) await Promise.all([batch(), batch()]);
      else await batch();
      if (random.chance(0.2)) await batch();
      if (random.chance(0.15)) {
        const opIds = operations.slice(-5).map(({ opId }) => opId);
        await board.send(UndoBoardOperationsDocument, { boardId, opIds });
      }
      if (++sent % 4 === 0) random.pick(boards).cut();
    }
  }
  try {
    await Promise.all(boards.map(drawAll));

    const { board: server } = await app.client(tutor.accessToken).data(print(BoardDocument), { id: boardId });
    expect(server.revision).toBeGreaterThanOrEqual(2 * operationsEach);
    for (const board of boards) {
      await eventually(
        () => board.failure ?? board.revision,
        (revision) => revision === server.revision || board.failure !== null,
        60_000,
      );
      expect(board.failure).toBeNull();
      expect([...board.state.elements.values()].sort((a, b) => a.revision - b.revision)).toEqual(
        server.elements,
      );
      expect(board.connects).toBeGreaterThan(2);
    }
  } finally {
    for (const board of boards) await board.close();
  }
}, 120_000);
