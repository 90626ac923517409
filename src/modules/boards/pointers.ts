import type { Channels } from '../../channels/channels.js';
import { Mailbox } from '../../channels/mailbox.js';
import type { Signals } from '../../platform/signals/postgres-signals.js';
import type { Viewer } from '../../shared/viewer.js';
import { boardChannel } from './events.js';
import { type Pointer, WatchedBoard } from './watched-board.js';

/** Where the pointers of those at a board are. Nothing here is durable or has a place in a channel. */
export interface Pointers {
  /**
   * The pointers of a board, each time as a whole. Fails with BOARD_NOT_FOUND, and with SUBSCRIPTION_REVOKED when
   * access ends.
   */
  follow(viewer: Viewer, boardId: string): AsyncIterableIterator<readonly Pointer[], void, undefined>;
  /** Says where the viewer's pointer is, or that it is gone. BOARD_NOT_FOUND. */
  move(viewer: Viewer, boardId: string, at: Point | null): Promise<void>;
}

/** A place on a board, in its own coordinates. */
interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PointersOptions {
  readonly channels: Pick<Channels, 'subscribe'>;
  readonly signals: Pick<Signals, 'send' | 'listen'>;
  /** Fails with BOARD_NOT_FOUND unless the viewer may see the board now. */
  readonly requireBoard: (viewer: Viewer, boardId: string) => Promise<unknown>;
}

/** Nodes are told of one pointer at most so often, however often it is moved. */
const sendMilliseconds = 50;
const topic = 'pointer';

/** Creates the pointers of one node. Every node is told of every move; it keeps those of boards that are followed on it. */
export function createPointers({ channels, signals, requireBoard }: PointersOptions): Pointers {
  const boards = new Map<string, WatchedBoard>();
  /** Pointers that were sent just now, each with the last place that waits to be sent. */
  const resting = new Map<string, Point | null | undefined>();

  signals.listen(topic, (message) => {
    const [boardId = '', userId = '', x, y] = message.split(' ');
    const at = x && y ? { userId, x: Number(x), y: Number(y) } : null;
    boards.get(boardId)?.show(userId, at);
  });

  function send(key: string, at: Point | null): void {
    signals.send(topic, at ? `${key} ${at.x} ${at.y}` : key);
    resting.set(key, undefined);
    const rest = () => {
      const last = resting.get(key);
      if (last === undefined) resting.delete(key);
      else send(key, last);
    };
    setTimeout(rest, sendMilliseconds).unref();
  }

  async function begin(mailbox: Mailbox<readonly Pointer[]>, viewer: Viewer, boardId: string): Promise<void> {
    // The board's own channel tells when access ends.
    const access = channels.subscribe({
      channel: boardChannel(boardId),
      userId: viewer.userId,
      authorize: async () => {
        await requireBoard(viewer, boardId);
      },
    });
    mailbox.onEnd(() => void access.return());
    await access.next();
    const board = boards.get(boardId) ?? new WatchedBoard();
    boards.set(boardId, board);
    board.follow(mailbox);
    mailbox.onEnd(() => {
      if (board.unfollow(mailbox)) boards.delete(boardId);
    });
    for (let step = await access.next(); !step.done; ) step = await access.next();
    mailbox.end();
  }

  return {
    follow: (viewer, boardId) =>
      new Mailbox<readonly Pointer[]>((mailbox) => {
        begin(mailbox, viewer, boardId).catch((error: unknown) => mailbox.end(error));
      }),

    async move(viewer, boardId, at) {
      await requireBoard(viewer, boardId);
      const key = `${boardId} ${viewer.userId}`;
      if (resting.has(key)) resting.set(key, at);
      else send(key, at);
    },
  };
}
