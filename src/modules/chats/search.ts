import type { Clock } from '../../platform/clock.js';
import type { Database } from '../../platform/database/database.js';
import { type Connection, type Edge, type Page, toConnection } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import type { MessageView } from './message-store.js';
import { canReadRoom } from './policy.js';
import type { RoomAccess } from './room-access.js';
import { listRooms } from './room-store.js';
import type { Room, RoomKey } from './rooms.js';
import { searchMessages } from './search-store.js';
import { type Snippet, snippetOf } from './snippet.js';

/** A message that was found, and where in it. */
export interface FoundEdge extends Edge<MessageView> {
  readonly snippet: Snippet;
}

/** A page of what was found. */
export interface FoundMessages extends Connection<MessageView> {
  readonly edges: readonly FoundEdge[];
}

interface MessageSearchOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly requireRoom: RoomAccess['requireRoom'];
}

/** Of all rooms of somebody, the latest active. */
const roomsAtMost = 1_000;

/** Search in messages. */
export interface MessageSearchService {
  /**
   * The messages in which each word of the text begins a word, of one room or of all that the viewer may read now:
   * those with most of the words whole first, then the newest. Pages go on from when the first was read.
   */
  search(viewer: Viewer, text: string, room: RoomKey | null, page: Page): Promise<FoundMessages>;
}

/** Creates it. */
export function createMessageSearch(options: MessageSearchOptions): MessageSearchService {
  const { database, clock, requireRoom } = options;

  async function readableRooms(viewer: Viewer): Promise<Room[]> {
    const page = { limit: roomsAtMost, backward: false, after: null, before: null };
    const { rooms } = await listRooms(database, viewer.organizationId, viewer.userId, page);
    return rooms.map(({ room }) => room).filter((room) => canReadRoom(viewer, room));
  }

  return {
    async search(viewer, text, key, page) {
      const { organizationId } = viewer;
      const rooms = key ? [await requireRoom(viewer, key)] : await readableRooms(viewer);
      const [asOf = clock.now().toISOString(), ...after] = page.after ?? [];
      const place = { ...page, after: page.after && after };
      const found = await searchMessages(database, { organizationId, rooms, text, asOf }, place);
      const { edges, pageInfo } = toConnection(found, page, ({ rank, createdAt, id }) => [
        ...[asOf, String(rank), createdAt.toISOString(), id],
      ]);
      return {
        pageInfo,
        edges: edges.map(({ node, cursor }) => ({ node, cursor, snippet: snippetOf(node.body ?? '', text) })),
      };
    },
  };
}
