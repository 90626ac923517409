import { z } from 'zod';
import { id, parseArgs } from '../../graphql/input.js';
import type { Queryable } from '../../platform/database/database.js';
import { AppError, invalid } from '../../shared/errors.js';
import { groupBy } from '../../shared/group-by.js';
import {
  type Connection,
  keyPatterns,
  type Page,
  type PageArgs,
  parsePage,
  toConnection,
} from '../../shared/pagination.js';
import { type MessagesAround, type MessageView, readAround, readPages } from './message-store.js';
import type { Room } from './rooms.js';

/** A page of a room that the viewer may read: by its end and cursors, or around a message. */
export interface RoomPage {
  readonly room: Room;
  readonly page: Page;
  /** The message in the middle; null for a page by cursors. */
  readonly around: string | null;
}

const aroundArgs = z.object({ around: id('message').nullish() });

/** What the arguments of `messages` ask for. */
export function parseMessagePage(
  args: PageArgs & { readonly around?: string | null | undefined },
): Omit<RoomPage, 'room'> {
  const page = parsePage(args, [keyPatterns.integer]);
  const around = parseArgs(aroundArgs, args).around ?? null;
  if (around !== null) {
    if (page.backward || page.after || page.before)
      throw invalid('around', { rule: 'CANNOT_COMBINE', other: 'last, after or before' });
    if (page.limit === 0) throw invalid('first', { rule: 'AT_LEAST', min: 1 });
  }
  return { page, around };
}

const keyOf = ({ sequence }: MessageView) => [String(sequence)];

/** Pages of rooms, in their order: those by the same cursors share one statement, and so do those around messages. */
export async function readMessagePages(
  on: Queryable,
  pages: readonly RoomPage[],
): Promise<(Connection<MessageView> | AppError)[]> {
  const read = new Map<RoomPage, Connection<MessageView> | AppError>();
  const groups = groupBy(
    pages,
    ({ room, page, around }) => `${room.organizationId} ${around === null ? JSON.stringify(page) : 'around'}`,
  );
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const [{ room, page, around }] = group as [RoomPage, ...RoomPage[]];
      if (around === null) await readByCursors(on, room.organizationId, page, group, read);
      else await readAroundMessages(on, room.organizationId, group, read);
    }),
  );
  return pages.map((page) => read.get(page) as Connection<MessageView> | AppError);
}

async function readByCursors(
  on: Queryable,
  organizationId: string,
  page: Page,
  group: readonly RoomPage[],
  read: Map<RoomPage, Connection<MessageView> | AppError>,
): Promise<void> {
  const roomIds = [...new Set(group.map(({ room }) => room.id))];
  const messages = await readPages(on, organizationId, roomIds, page);
  for (const key of group) read.set(key, toConnection(messages.get(key.room.id) ?? [], page, keyOf));
}

async function readAroundMessages(
  on: Queryable,
  organizationId: string,
  group: readonly RoomPage[],
  read: Map<RoomPage, Connection<MessageView> | AppError>,
): Promise<void> {
  const asked = group.map(({ room, around }) => ({ roomId: room.id, messageId: around ?? '' }));
  const found = await readAround(on, organizationId, asked);
  group.forEach((key, index) => {
    const around = found[index];
    read.set(key, around ? joinHalves(around, key.page.limit) : new AppError('MESSAGE_NOT_FOUND'));
  });
}

/** The message in the middle; of an even number one more before it than after. */
function joinHalves({ older, newer }: MessagesAround, limit: number): Connection<MessageView> {
  const upTo = Math.ceil((limit - 1) / 2) + 1;
  const half = { after: null, before: null };
  const before = toConnection(older, { ...half, limit: upTo, backward: true }, keyOf);
  const after = toConnection(newer, { ...half, limit: limit - upTo, backward: false }, keyOf);
  return {
    edges: [...before.edges, ...after.edges],
    pageInfo: {
      hasPreviousPage: before.pageInfo.hasPreviousPage,
      hasNextPage: after.pageInfo.hasNextPage,
      startCursor: before.pageInfo.startCursor,
      endCursor: after.pageInfo.endCursor ?? before.pageInfo.endCursor,
    },
  };
}
