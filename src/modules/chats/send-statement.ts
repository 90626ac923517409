import type { Queryable } from '../../platform/database/database.js';
import { insertItemsFrom } from '../../queue/insert-from.js';
import { messageKinds } from './events.js';
import type { MessageView } from './message-store.js';
import { kindDefinitions } from './room-kinds.js';
import { type RoomKey, type RoomKind, roomKinds } from './rooms.js';

/** A message to be written. */
export interface NewMessage {
  readonly id: string;
  readonly authorId: string;
  readonly clientMessageId: string | null;
  readonly replyToId: string | null;
  readonly body: string;
  readonly mentionIds: readonly string[];
  /** Random, 64 bits, as text: that of the message's event. */
  readonly tag: string;
  readonly queueItemId: string;
  /** Of the item that tells those whom it mentions; null when it mentions nobody. */
  readonly mentionItemId: string | null;
  /** What it goes back to, see `presentCause`. */
  readonly cause: string | null;
}

/** Messages of one room, in the order in which they are to be numbered. */
export interface NewMessages {
  readonly organizationId: string;
  readonly room: RoomKey;
  readonly channel: string;
  readonly messages: readonly NewMessage[];
  readonly notifyAfterSeconds: number;
}

/** What came of one message. Without it one of the others says why; otherwise the message replied to is absent. */
export interface SendResult {
  readonly message: MessageView | null;
  /** The channel has no row yet. */
  readonly channelMissing: boolean;
  /** Its author may not write in the room, or not any more. */
  readonly refused: boolean;
  /** The author's earlier message under the same key. */
  readonly twinId: string | null;
}

/**
 * The whole write of all messages in one statement, which is the lowest that a hot row can be held: lock the channel,
 * ask who may write, look for the same keys of clients (one by one, by the unique index, however long the room is), count
 * up, write messages, events, one notification item for all of them, those of mentions, and their authors' read markers. The time is read under the lock, hence rises with the sequence. The statement sees what
 * was committed when it began: a twin that was committed while it waited for the lock violates
 * `chat_message_client_id_key`, and nothing is written.
 */
const sendSqlOf = (kind: RoomKind) => `
WITH given AS MATERIALIZED (
  SELECT g.*,
         (SELECT t.id FROM chat_message t WHERE t.room_id = $2::uuid AND t.author_id = g.author_id
             AND t.client_message_id = g.client_message_id) AS twin_id,
         g.reply_to_id IS NULL OR (SELECT r.room_id FROM chat_message r
           WHERE r.id = g.reply_to_id AND r.organization_id = $1::uuid) IS NOT DISTINCT FROM $2::uuid AS answerable
    FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::uuid[], $8::text[], $9::bigint[], $10::uuid[], $11::uuid[],
                $15::text[])
    WITH ORDINALITY AS g (id, author_id, client_message_id, reply_to_id, body, tag, item_id, mention_item_id, cause,
                          position)
), locked AS (
  SELECT id, last_seq FROM channel WHERE id = $3::text FOR NO KEY UPDATE
), asked AS (
  SELECT DISTINCT $2::uuid AS room_id, author_id AS user_id FROM given
), allowed AS MATERIALIZED (
  SELECT room.user_id FROM (${kindDefinitions[kind].asked}) room WHERE room.standing IS NOT NULL AND room.writable
), placed AS MATERIALIZED (
  SELECT g.*, l.id AS channel, (l.last_seq + row_number() OVER (ORDER BY g.position))::int AS seq,
         date_trunc('milliseconds', clock_timestamp()) AS at
    FROM locked l CROSS JOIN given g
   WHERE g.author_id IN (SELECT user_id FROM allowed) AND g.twin_id IS NULL AND g.answerable
), counted AS (
  UPDATE channel c SET last_seq = p.seq, last_tag = p.tag
    FROM (SELECT channel, seq, tag FROM placed ORDER BY seq DESC LIMIT 1) p WHERE c.id = p.channel
), event AS (
  INSERT INTO channel_event (channel, seq, tag, kind, actor_id, payload, occurred_at, cause)
  SELECT channel, seq, tag, '${messageKinds.sent}', author_id, jsonb_build_object('messageId', id), at, cause FROM placed
), item AS (
  ${insertItemsFrom({
    // The last of several tells what the others would: its author has read them by sending it.
    source: '(SELECT *, min(seq) OVER () AS since FROM placed ORDER BY seq DESC LIMIT 1) last',
    id: 'item_id',
    organizationId: '$1::uuid',
    eventType: `'message.unread'`,
    payload: `jsonb_build_object('roomId', $2::uuid, 'kind', '${kind}', 'sequence', seq, 'since', since, 'authorId', author_id)`,
    createdAt: 'at',
    delaySeconds: '$12::float8',
    cause: 'cause',
  })}
), mention_item AS (
  ${insertItemsFrom({
    source: 'placed WHERE mention_item_id IS NOT NULL',
    id: 'mention_item_id',
    organizationId: '$1::uuid',
    eventType: `'message.mention'`,
    payload: `jsonb_build_object('messageId', id)`,
    createdAt: 'at',
    delaySeconds: '0',
    cause: 'cause',
  })}
), marker AS (
  INSERT INTO chat_read_marker AS k (user_id, room_id, up_to_sequence, updated_at)
  SELECT author_id, $2::uuid, max(seq), max(at) FROM placed GROUP BY author_id ORDER BY author_id
  ON CONFLICT (user_id, room_id) DO UPDATE
    SET up_to_sequence = GREATEST(k.up_to_sequence, EXCLUDED.up_to_sequence), updated_at = EXCLUDED.updated_at
), m AS (
  INSERT INTO chat_message (id, organization_id, ${kindDefinitions[kind].subjectColumn}, sequence, author_id,
    client_message_id, reply_to_id, body, created_at)
  SELECT id, $1::uuid, $2::uuid, seq, author_id, client_message_id, reply_to_id, body, at FROM placed
  RETURNING id, sequence, created_at
), mention AS (
  INSERT INTO chat_mention (message_id, user_id, organization_id)
  SELECT m.id, named.user_id, $1::uuid
    FROM unnest($13::uuid[], $14::uuid[]) AS named (message_id, user_id) JOIN m ON m.id = named.message_id
)
SELECT m.sequence, m.created_at AS "createdAt", NOT EXISTS (SELECT FROM locked) AS "channelMissing", given.twin_id AS "twinId",
       given.author_id NOT IN (SELECT user_id FROM allowed) AS refused
  FROM given LEFT JOIN m ON m.id = given.id
 ORDER BY given.position`;

/** Each text is made once: as the same string it is found again without being compared. */
const sendSql = Object.fromEntries(roomKinds.map((kind) => [kind, sendSqlOf(kind)])) as Record<
  RoomKind,
  string
>;

/** Runs the statement; the results are in the order of the messages. Throws the violation of `chat_message_client_id_key` when a twin was committed meanwhile. */
export async function runSend(
  on: Queryable,
  { organizationId, room, channel, messages, notifyAfterSeconds }: NewMessages,
): Promise<SendResult[]> {
  const mentions = messages.flatMap(({ id, mentionIds }) => mentionIds.map((userId) => ({ id, userId })));
  const rows = await on.sql<PlacedRow>(
    sendSql[room.kind],
    organizationId,
    room.id,
    channel,
    messages.map(({ id }) => id),
    messages.map(({ authorId }) => authorId),
    messages.map(({ clientMessageId }) => clientMessageId),
    messages.map(({ replyToId }) => replyToId),
    messages.map(({ body }) => body),
    messages.map(({ tag }) => tag),
    messages.map(({ queueItemId }) => queueItemId),
    messages.map(({ mentionItemId }) => mentionItemId),
    notifyAfterSeconds,
    mentions.map(({ id }) => id),
    mentions.map(({ userId }) => userId),
    messages.map(({ cause }) => cause),
  );
  if (rows.length !== messages.length)
    throw new Error('the statement of messages gave another number of rows');
  return messages.map((message, index) => {
    const { sequence, createdAt, ...why } = rows[index] as PlacedRow;
    if (sequence === null) return { ...why, message: null };
    return { ...why, message: viewOf(room, message, { sequence, createdAt }) };
  });
}

/** Where a message stands in its room, and since when. */
type Place = Pick<MessageView, 'sequence' | 'createdAt'>;

/** A row of the statement; without a place the message was not written. */
type PlacedRow = Omit<SendResult, 'message'> &
  (Place | { readonly sequence: null; readonly createdAt: null });

/** The message as it is in the database now: what was given, and its place. Reading it back costs more than the write. */
function viewOf(room: RoomKey, { id, authorId, body, replyToId }: NewMessage, place: Place): MessageView {
  return {
    ...{ id, roomId: room.id, roomKind: room.kind, version: 1, authorId, body, replyToId },
    ...place,
    ...{ editedAt: null, deletedAt: null, deletedById: null, removedBySchool: false },
  };
}
