import type { Queryable } from '../../platform/database/database.js';
import { groupBy } from '../../shared/group-by.js';

/** How many have answered a message with an emoji. */
export interface ReactionCount {
  readonly messageId: string;
  readonly emoji: string;
  readonly count: number;
  /** The first 20. */
  readonly userIds: readonly string[];
}

/** The reactions to each of these messages, the oldest first: one statement. */
export async function findReactions(
  on: Queryable,
  messageIds: readonly string[],
): Promise<Map<string, ReactionCount[]>> {
  const rows = await on.sql<ReactionCount>(
    `SELECT message_id::text AS "messageId", emoji, count(*)::int AS count,
            (array_agg(user_id::text ORDER BY created_at, user_id))[1:20] AS "userIds"
       FROM chat_reaction WHERE message_id = ANY ($1::uuid[])
      GROUP BY message_id, emoji ORDER BY message_id, min(created_at), emoji`,
    messageIds,
  );
  return groupBy(rows, ({ messageId }) => messageId);
}

/** Removes the reactions to what somebody has written, and whom it names. */
export async function removeAttachedTo(
  on: Queryable,
  organizationId: string,
  authorId: string,
): Promise<void> {
  for (const table of ['chat_reaction', 'chat_mention'])
    await on.sql(
      `DELETE FROM ${table} WHERE message_id = ANY (ARRAY(
         SELECT id FROM chat_message WHERE organization_id = $1::uuid AND author_id = $2::uuid))`,
      organizationId,
      authorId,
    );
}

/** The ids of those whom each of these messages names: one statement. */
export async function findMentions(
  on: Queryable,
  messageIds: readonly string[],
): Promise<Map<string, { messageId: string; userId: string }[]>> {
  const rows = await on.sql<{ messageId: string; userId: string }>(
    `SELECT message_id::text AS "messageId", user_id::text AS "userId" FROM chat_mention
      WHERE message_id = ANY ($1::uuid[]) ORDER BY message_id, user_id`,
    messageIds,
  );
  return groupBy(rows, ({ messageId }) => messageId);
}
