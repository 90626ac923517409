import type { Cursor } from '../../channels/cursor.js';
import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';
import { chatChannel, inboxChannel } from './events.js';
import { ofAllKinds } from './room-kinds.js';
import type { Room, RoomKind } from './rooms.js';

const columns = `room.id, room.kind, room.organization_id AS "organizationId", room.user_id AS "userId", room.standing,
  room.writable, room.since, coalesce(c.last_seq, 0)::float8 AS "lastSeq", coalesce(c.last_tag, 0)::text AS "lastTag"`;
// One by one (LIMIT): of a thousand rooms the planner would rather read the ends of all channels.
const head = `LEFT JOIN LATERAL (
    SELECT last_seq, last_tag FROM channel WHERE id = 'chat:' || room.id::text LIMIT 1) c ON true`;

interface RoomRow extends Omit<Room, 'eventCursor'> {
  readonly userId: string;
  readonly lastSeq: number;
  readonly lastTag: string;
}

function toRoom({ lastSeq, lastTag, userId, ...room }: RoomRow): Room {
  return { ...room, eventCursor: { channel: chatChannel(room.id), seq: Number(lastSeq), tag: lastTag } };
}

/** Which room somebody asks for. */
export interface AskedRoom {
  readonly roomId: string;
  readonly userId: string;
}

const askedSql = `
  WITH asked AS (SELECT * FROM unnest($2::uuid[], $3::uuid[]) AS asked (room_id, user_id))
  SELECT ${columns} FROM (${ofAllKinds('asked')}) room ${head}`;

/** The rooms of the school that are asked for, each as it stands for who asks, whoever may use it; absent ones are left out. */
export async function findRooms(
  on: Queryable,
  organizationId: string,
  asked: readonly AskedRoom[],
): Promise<(AskedRoom & { readonly room: Room })[]> {
  const rows = await on.sql<RoomRow>(
    askedSql,
    organizationId,
    asked.map(({ roomId }) => roomId),
    asked.map(({ userId }) => userId),
  );
  return rows.map((row) => ({ roomId: row.id, userId: row.userId, room: toRoom(row) }));
}

/** A room in the order of the list, with its place there. */
export interface ListedRoom {
  readonly room: Room;
  /** When the last message was sent; 1970 without one. */
  readonly lastAt: Date;
  /** When the room's subject was made. */
  readonly madeAt: Date;
}

/**
 * The rooms that a user may use, by their last messages and then those without any by when they were made, the latest
 * first; one more than the page, and the end of the inbox: one statement.
 */
export async function listRooms(
  on: Queryable,
  organizationId: string,
  userId: string,
  page: Page,
): Promise<{ rooms: ListedRoom[]; inbox: Cursor }> {
  const channel = inboxChannel(userId);
  const values: unknown[] = [organizationId, userId, channel];
  const { where, orderAndLimit } = keyset(
    page,
    [
      { name: 'room.last_at', type: 'timestamptz' },
      { name: 'room.made_at', type: 'timestamptz' },
      { name: 'room.id', type: 'uuid' },
    ],
    'DESC',
    values,
  );
  // The inbox comes first and the page is joined to it, so that an empty page tells the end of the inbox too.
  const rows = await on.sql<RoomRow & { lastAt: Date; madeAt: Date; inboxSeq: number; inboxTag: string }>(
    `SELECT coalesce(inbox.last_seq, 0)::float8 AS "inboxSeq", coalesce(inbox.last_tag, 0)::text AS "inboxTag",
            room.last_at AS "lastAt", room.made_at AS "madeAt", ${columns}
       FROM (VALUES ($3::text)) AS given (channel)
       LEFT JOIN channel inbox ON inbox.id = given.channel
       LEFT JOIN (SELECT * FROM (${ofAllKinds('ofUser')}) room
                   WHERE room.standing IS NOT NULL${where}${orderAndLimit}) room ON true
       ${head}${orderAndLimit}`,
    ...values,
  );
  const [first] = rows;
  return {
    inbox: { channel, seq: Number(first?.inboxSeq ?? 0), tag: first?.inboxTag ?? '0' },
    rooms: rows
      .filter(({ id }) => id !== null)
      .map(({ lastAt, madeAt, inboxSeq, inboxTag, ...row }) => ({ lastAt, madeAt, room: toRoom(row) })),
  };
}

/** A room in use, with all who are in it. */
export interface RoomParticipants {
  readonly id: string;
  readonly kind: RoomKind;
  readonly participants: readonly string[];
}

/** Who is in the rooms of the school with these ids; those that nobody may use now are left out. */
export function findParticipants(
  on: Queryable,
  organizationId: string,
  roomIds: readonly string[],
): Promise<RoomParticipants[]> {
  return on.sql(ofAllKinds('participants'), organizationId, roomIds);
}

/** The ids of the rooms that a pair has through their relation: of it and of all their lessons, with or without messages. */
export async function findRoomsOfPair(
  on: Queryable,
  relation: {
    readonly id: string;
    readonly organizationId: string;
    readonly tutorId: string;
    readonly studentId: string;
  },
): Promise<string[]> {
  const rows = await on.sql<{ id: string }>(
    `SELECT id FROM lesson WHERE organization_id = $1::uuid AND tutor_id = $2::uuid AND student_id = $3::uuid`,
    relation.organizationId,
    relation.tutorId,
    relation.studentId,
  );
  return [relation.id, ...rows.map(({ id }) => id)];
}
