import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import { groupBy } from '../../shared/group-by.js';
import type { Page } from '../../shared/pagination.js';
import { kindOfMessage } from './room-kinds.js';
import type { RoomKind } from './rooms.js';

/** A message as stored. */
export interface MessageView {
  readonly id: string;
  readonly roomId: string;
  readonly roomKind: RoomKind;
  /** That of its event in the room's channel. */
  readonly sequence: number;
  readonly version: number;
  readonly authorId: string;
  /** Null once deleted. */
  readonly body: string | null;
  readonly replyToId: string | null;
  readonly createdAt: Date;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
  /** Who deleted it; null while it is there, when it went with its author's account, and when the school removed it. */
  readonly deletedById: string | null;
  /** Whether an admin removed it after a report. */
  readonly removedBySchool: boolean;
}

/** What is selected of a message `m`. */
export const messageColumns = `m.id, m.room_id AS "roomId",
  ${kindOfMessage} AS "roomKind", m.sequence, m.version,
  m.author_id AS "authorId", m.body, m.reply_to_id AS "replyToId", m.created_at AS "createdAt",
  m.edited_at AS "editedAt", m.deleted_at AS "deletedAt", m.deleted_by_id AS "deletedById",
  m.removed_by_school AS "removedBySchool"`;

/** The same page of each of these rooms, by room id, in one statement; one row more than the page. */
export async function readPages(
  on: Queryable,
  organizationId: string,
  roomIds: readonly string[],
  page: Page,
): Promise<Map<string, MessageView[]>> {
  const values: unknown[] = [organizationId, roomIds];
  const { where, orderAndLimit } = keyset(page, [{ name: 'm.sequence', type: 'bigint' }], 'ASC', values);
  const rows = await on.sql<MessageView>(
    `SELECT message.*
       FROM unnest($2::uuid[]) WITH ORDINALITY AS room (id, position)
      CROSS JOIN LATERAL (
        SELECT ${messageColumns} FROM chat_message m
         WHERE m.room_id = room.id AND m.organization_id = $1::uuid${where}${orderAndLimit}) AS message
      ORDER BY room.position, message.sequence ${page.backward ? 'DESC' : 'ASC'}`,
    ...values,
  );
  return groupBy(rows, ({ roomId }) => roomId);
}

/** The messages around one of a room. */
export interface MessagesAround {
  /** It and those before it, the newest first. */
  readonly older: readonly MessageView[];
  readonly newer: readonly MessageView[];
}

/** Half of the largest page, the message itself, and one more that tells whether there are others. */
const halfAtMost = 52;

/** What lies around each of these messages, in their order and in one statement; null where it is not in the room. */
export async function readAround(
  on: Queryable,
  organizationId: string,
  asked: readonly { readonly roomId: string; readonly messageId: string }[],
): Promise<(MessagesAround | null)[]> {
  const half = (operator: '<=' | '>', order: 'ASC' | 'DESC') => `(
    SELECT ${messageColumns} FROM chat_message m
     WHERE m.organization_id = $1::uuid AND m.room_id = centre.room_id AND m.sequence ${operator} centre.sequence
     ORDER BY m.sequence ${order} LIMIT ${halfAtMost})`;
  const rows = await on.sql<MessageView & { readonly place: number; readonly centre: number }>(
    `SELECT asked.place::int, centre.sequence AS centre, message.*
       FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS asked (room_id, message_id, place)
       JOIN chat_message centre ON centre.id = asked.message_id AND centre.room_id = asked.room_id
            AND centre.organization_id = $1::uuid
      CROSS JOIN LATERAL (${half('<=', 'DESC')} UNION ALL ${half('>', 'ASC')}) AS message
      ORDER BY asked.place, message.sequence`,
    organizationId,
    asked.map(({ roomId }) => roomId),
    asked.map(({ messageId }) => messageId),
  );
  const places = groupBy(rows, ({ place }) => place);
  return asked.map((_, index) => {
    const around = places.get(index + 1);
    if (!around) return null;
    return {
      older: around.filter(({ sequence, centre }) => sequence <= centre).reverse(),
      newer: around.filter(({ sequence, centre }) => sequence > centre),
    };
  });
}

/** The messages of the school with these ids, whoever may read them; absent ones are left out. */
export function findMessages(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<MessageView[]> {
  return on.sql(
    `SELECT ${messageColumns} FROM chat_message m
      WHERE m.organization_id = $1::uuid AND m.id = ANY ($2::uuid[])`,
    organizationId,
    ids,
  );
}

/** A message by its id and school. */
export interface MessageKey {
  readonly organizationId: string;
  readonly id: string;
}

/** Messages of any schools in the order of the keys; null for those that are gone. */
export async function findMessagesOfSchools(
  on: Queryable,
  keys: readonly MessageKey[],
): Promise<(MessageView | null)[]> {
  const rows = await on.sql<MessageView>(
    `SELECT ${messageColumns}
       FROM (SELECT DISTINCT organization_id, id FROM unnest($1::uuid[], $2::uuid[]) AS k (organization_id, id)) given
       JOIN chat_message m USING (organization_id, id)`,
    keys.map(({ organizationId }) => organizationId),
    keys.map(({ id }) => id),
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return keys.map(({ id }) => found.get(id) ?? null);
}

/** The message that this author has sent to the room under this key of the client. */
export async function findByClientId(
  on: Queryable,
  organizationId: string,
  roomId: string,
  authorId: string,
  clientMessageId: string,
): Promise<MessageView | null> {
  const [row] = await on.sql<MessageView>(
    `SELECT ${messageColumns} FROM chat_message m
      WHERE m.organization_id = $1::uuid AND m.room_id = $2::uuid AND m.author_id = $3::uuid
        AND m.client_message_id = $4::text`,
    organizationId,
    roomId,
    authorId,
    clientMessageId,
  );
  return row ?? null;
}
