import type { Queryable } from '../../platform/database/database.js';
import type { MessageKey } from './message-store.js';

/** Gives a message another text, one version on; false when it is deleted or has this text already. */
export async function saveBody(
  on: Queryable,
  { organizationId, id }: MessageKey,
  body: string,
): Promise<boolean> {
  const rows = await on.sql(
    `UPDATE chat_message SET body = $3::text, edited_at = clock_timestamp(), version = version + 1
      WHERE organization_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL AND body <> $3::text RETURNING id`,
    organizationId,
    id,
    body,
  );
  return rows.length > 0;
}

/** Takes text, reactions and mentions from a message, one version on; false when it is deleted already. `byId` null is the school. */
export async function deleteMessage(
  on: Queryable,
  { organizationId, id }: MessageKey,
  byId: string | null,
): Promise<boolean> {
  const rows = await on.sql(
    `WITH gone AS (
       UPDATE chat_message SET body = NULL, deleted_at = clock_timestamp(), deleted_by_id = $3::uuid,
              removed_by_school = $3::uuid IS NULL, version = version + 1
        WHERE organization_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL RETURNING id
     ), reactions AS (DELETE FROM chat_reaction WHERE message_id IN (SELECT id FROM gone)),
        mentions AS (DELETE FROM chat_mention WHERE message_id IN (SELECT id FROM gone))
     SELECT id FROM gone`,
    organizationId,
    id,
    byId,
  );
  return rows.length > 0;
}

/** Different reactions that a message can have. */
export const maxReactions = 20;

/**
 * Adds a reaction, one version on; false when the message is deleted, the user has reacted so already, or it has as many
 * different reactions as it can.
 */
export async function insertReaction(
  on: Queryable,
  { organizationId, id }: MessageKey,
  userId: string,
  emoji: string,
): Promise<boolean> {
  const rows = await on.sql(
    `WITH held AS (
       SELECT id FROM chat_message WHERE organization_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL
          FOR NO KEY UPDATE
     ), added AS (
       INSERT INTO chat_reaction (message_id, user_id, emoji, organization_id, created_at)
       SELECT held.id, $3::uuid, $4::text, $1::uuid, clock_timestamp() FROM held
        WHERE EXISTS (SELECT FROM chat_reaction WHERE message_id = $2::uuid AND emoji = $4::text)
           OR (SELECT count(DISTINCT emoji) FROM chat_reaction WHERE message_id = $2::uuid) < ${maxReactions}
       ON CONFLICT DO NOTHING RETURNING message_id
     )
     UPDATE chat_message SET version = version + 1 WHERE id IN (SELECT message_id FROM added) RETURNING id`,
    organizationId,
    id,
    userId,
    emoji,
  );
  return rows.length > 0;
}

/** Takes a reaction back, one version on; false when there is none. */
export async function removeReaction(
  on: Queryable,
  { organizationId, id }: MessageKey,
  userId: string,
  emoji: string,
): Promise<boolean> {
  const rows = await on.sql(
    `WITH held AS (
       SELECT id FROM chat_message WHERE organization_id = $1::uuid AND id = $2::uuid FOR NO KEY UPDATE
     ), removed AS (
       DELETE FROM chat_reaction USING held
        WHERE message_id = held.id AND user_id = $3::uuid AND emoji = $4::text RETURNING message_id
     )
     UPDATE chat_message SET version = version + 1 WHERE id IN (SELECT message_id FROM removed) RETURNING id`,
    organizationId,
    id,
    userId,
    emoji,
  );
  return rows.length > 0;
}

/** Whether the user has reacted to the message with this emoji. */
export async function hasReacted(
  on: Queryable,
  { id }: MessageKey,
  userId: string,
  emoji: string,
): Promise<boolean> {
  const rows = await on.sql(
    'SELECT 1 AS found FROM chat_reaction WHERE message_id = $1::uuid AND user_id = $2::uuid AND emoji = $3::text',
    id,
    userId,
    emoji,
  );
  return rows.length > 0;
}
