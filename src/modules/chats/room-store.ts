import type { Cursor } from '../../channels/cursor.js';
import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';
import { chatChannel, inboxChannel } from './events.js';
import { type Room, type RoomKind, roomKinds } from './rooms.js';

/** How rooms of a kind are found: SELECTs of `id, kind, organization_id, participants, open, active_at`. $1 is the school. */
interface RoomSource {
  /** The rooms whose ids are in $2. */
  readonly byId: string;
  /** Those among which the rooms of the user $2 are. */
  readonly ofUser: string;
}

const lessons = (condition: string) => `
  SELECT l.id, 'lesson' AS kind, l.organization_id, ARRAY[l.tutor_id, l.student_id]::text[] AS participants,
         r.id IS NOT NULL AS open,
         coalesce((SELECT max(m.created_at) FROM chat_message m WHERE m.lesson_id = l.id), l.created_at) AS active_at
    FROM lesson l
    LEFT JOIN tutor_student_relation r ON r.organization_id = l.organization_id
          AND r.tutor_id = l.tutor_id AND r.student_id = l.student_id AND r.status = 'ACTIVE'
   WHERE l.organization_id = $1::uuid AND ${condition}`;

const sources: Record<RoomKind, RoomSource> = {
  lesson: {
    byId: lessons('l.id = ANY ($2::uuid[])'),
    ofUser: `${lessons('l.tutor_id = $2::uuid')} UNION ALL ${lessons('l.student_id = $2::uuid')}`,
  },
};

const all = (pick: (source: RoomSource) => string) =>
  roomKinds.map((kind) => pick(sources[kind])).join(' UNION ALL ');

const columns = `room.id, room.kind, room.organization_id AS "organizationId", room.participants AS "participantIds",
  room.open, coalesce(c.last_seq, 0)::float8 AS "lastSeq", coalesce(c.last_tag, 0)::text AS "lastTag"`;
const head = `LEFT JOIN channel c ON c.id = 'chat:' || room.id::text`;

interface RoomRow extends Omit<Room, 'eventCursor'> {
  readonly lastSeq: number;
  readonly lastTag: string;
}

function toRoom({ lastSeq, lastTag, ...room }: RoomRow): Room {
  return { ...room, eventCursor: { channel: chatChannel(room.id), seq: Number(lastSeq), tag: lastTag } };
}

/** The rooms of the school $1 with the ids in $2: `id, kind, organization_id, participants, open` and more. */
export const roomsById = all(({ byId }) => byId);

const byIdSql = `SELECT ${columns} FROM (${roomsById}) room ${head}`;

/** The rooms of the school with these ids, whoever may use them; absent ones are left out. */
export async function findRooms(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<Room[]> {
  const rows = await on.sql<RoomRow>(byIdSql, organizationId, ids);
  return rows.map(toRoom);
}

/** A room in the order of the list, with its place there. */
export interface ListedRoom {
  readonly room: Room;
  /** When the last message was sent; without messages when the room's subject was made. */
  readonly activeAt: Date;
}

/** The open rooms of a user, latest activity first, one more than the page, and the end of the inbox: one statement. */
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
      { name: 'room.active_at', type: 'timestamptz' },
      { name: 'room.id', type: 'uuid' },
    ],
    'DESC',
    values,
  );
  // The inbox comes first and the page is joined to it, so that an empty page tells the end of the inbox too.
  const rows = await on.sql<RoomRow & { activeAt: Date; inboxSeq: number; inboxTag: string }>(
    `SELECT coalesce(inbox.last_seq, 0)::float8 AS "inboxSeq", coalesce(inbox.last_tag, 0)::text AS "inboxTag",
            room.active_at AS "activeAt", ${columns}
       FROM (VALUES ($3::text)) AS given (channel)
       LEFT JOIN channel inbox ON inbox.id = given.channel
       LEFT JOIN (SELECT * FROM (${all(({ ofUser }) => ofUser)}) room WHERE room.open${where}${orderAndLimit}) room ON true
       ${head}${orderAndLimit}`,
    ...values,
  );
  const [first] = rows;
  return {
    inbox: { channel, seq: Number(first?.inboxSeq ?? 0), tag: first?.inboxTag ?? '0' },
    rooms: rows
      .filter(({ id }) => id !== null)
      .map(({ activeAt, inboxSeq, inboxTag, ...row }) => ({ activeAt, room: toRoom(row) })),
  };
}

/** The ids of all lesson rooms of a pair, with or without messages. */
export async function findLessonRoomsOfPair(
  on: Queryable,
  pair: { readonly organizationId: string; readonly tutorId: string; readonly studentId: string },
): Promise<string[]> {
  const rows = await on.sql<{ id: string }>(
    `SELECT id FROM lesson WHERE organization_id = $1::uuid AND tutor_id = $2::uuid AND student_id = $3::uuid`,
    pair.organizationId,
    pair.tutorId,
    pair.studentId,
  );
  return rows.map(({ id }) => id);
}
