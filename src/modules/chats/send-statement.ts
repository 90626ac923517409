import type { Queryable } from '../../platform/database/database.js';
import { insertItemsFrom } from '../../queue/insert-from.js';
import { messageSentKind } from './events.js';
import { type MessageView, messageColumns } from './message-store.js';
import { kindDefinitions } from './room-kinds.js';
import type { RoomKind } from './rooms.js';

/** A message to be written. */
export interface NewMessage {
  readonly id: string;
  readonly channel: string;
  readonly organizationId: string;
  readonly roomKind: RoomKind;
  readonly roomId: string;
  readonly authorId: string;
  readonly clientMessageId: string | null;
  readonly replyToId: string | null;
  readonly body: string;
  /** Random, 64 bits, as text: that of the message's event. */
  readonly tag: string;
  readonly queueItemId: string;
  readonly notifyAfterSeconds: number;
}

/** What came of the statement. Without a message one of the others says why; otherwise the message replied to is absent. */
export interface SendResult {
  readonly message: MessageView | null;
  /** The channel has no row yet. */
  readonly channelMissing: boolean;
  /** The author's earlier message under the same key. */
  readonly twinId: string | null;
}

/**
 * The whole write in one statement, which is the lowest that a hot row can be held: lock the channel, look for the
 * same key of the client, count up, write message, event, notification item and the author's read marker. The time is
 * read under the lock, hence rises with the sequence. The statement sees what was committed when it began: a twin
 * that was committed while it waited for the lock violates `chat_message_client_id_key`, and nothing is written.
 */
const sendSql = (kind: RoomKind) => `
WITH locked AS (
  SELECT id, last_seq FROM channel WHERE id = $1::text FOR NO KEY UPDATE
), twin AS (
  SELECT id FROM chat_message WHERE room_id = $3::uuid AND author_id = $4::uuid AND client_message_id = $5::text
), placed AS MATERIALIZED (
  SELECT l.id AS channel, l.last_seq + 1 AS seq, date_trunc('milliseconds', clock_timestamp()) AS at
    FROM locked l
   WHERE NOT EXISTS (SELECT FROM twin)
     AND ($6::uuid IS NULL OR EXISTS (
       SELECT FROM chat_message r WHERE r.id = $6::uuid AND r.room_id = $3::uuid AND r.organization_id = $2::uuid))
), counted AS (
  UPDATE channel c SET last_seq = p.seq, last_tag = $9::bigint FROM placed p WHERE c.id = p.channel
), event AS (
  INSERT INTO channel_event (channel, seq, tag, kind, actor_id, payload, occurred_at)
  SELECT channel, seq, $9::bigint, '${messageSentKind}', $4::uuid, jsonb_build_object('messageId', $8::uuid), at
    FROM placed
), item AS (
  ${insertItemsFrom({
    source: 'placed',
    id: '$10::uuid',
    organizationId: '$2::uuid',
    eventType: `'message.unread'`,
    payload: `jsonb_build_object('roomId', $3::uuid, 'kind', '${kind}', 'sequence', seq, 'authorId', $4::uuid)`,
    createdAt: 'at',
    delaySeconds: '$11::float8',
  })}
), marker AS (
  INSERT INTO chat_read_marker AS k (user_id, room_id, up_to_sequence, updated_at)
  SELECT $4::uuid, $3::uuid, seq, at FROM placed
  ON CONFLICT (user_id, room_id) DO UPDATE
    SET up_to_sequence = GREATEST(k.up_to_sequence, EXCLUDED.up_to_sequence), updated_at = EXCLUDED.updated_at
), m AS (
  INSERT INTO chat_message
    (id, organization_id, ${kindDefinitions[kind].subjectColumn}, sequence, author_id, client_message_id, reply_to_id, body, created_at)
  SELECT $8::uuid, $2::uuid, $3::uuid, seq, $4::uuid, $5::text, $6::uuid, $7::text, at FROM placed
  RETURNING *
)
SELECT ${messageColumns}, NOT EXISTS (SELECT FROM locked) AS "channelMissing", (SELECT id FROM twin) AS "twinId"
  FROM (VALUES (1)) AS one LEFT JOIN m ON true`;

/** Runs the statement. Throws the violation of `chat_message_client_id_key` when a twin was committed meanwhile. */
export async function runSend(on: Queryable, message: NewMessage): Promise<SendResult> {
  const [row] = await on.sql<MessageView & Omit<SendResult, 'message'>>(
    sendSql(message.roomKind),
    message.channel,
    message.organizationId,
    message.roomId,
    message.authorId,
    message.clientMessageId,
    message.replyToId,
    message.body,
    message.id,
    message.tag,
    message.queueItemId,
    message.notifyAfterSeconds,
  );
  if (!row) throw new Error('the statement of a message gave no row');
  const { channelMissing, twinId, ...view } = row;
  return { channelMissing, twinId, message: view.id === null ? null : view };
}
