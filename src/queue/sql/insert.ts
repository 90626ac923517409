import type { Queryable } from '../../platform/database/database.js';
import { sqlFailure } from '../../platform/database/failures.js';
import { AppError } from '../../shared/errors.js';
import type { NewItem } from '../item.js';

/** A new item with the id that it gets if no unfinished item has its key. */
export interface IdentifiedItem extends NewItem {
  readonly id: string;
  /** What it goes back to, see `presentCause`. */
  readonly cause: string | null;
}

// A user of another school than the item's finds no partner in the join, and the missing organization_id then
// fails the whole statement. Rows go in by key: two batches with the same keys cannot deadlock.
const insert = `
  INSERT INTO notification_queue_item
    (id, organization_id, user_id, event_type, channel, payload, dedupe_key, priority, run_at, created_at, cause)
  SELECT given.id,
         CASE WHEN given."userId" IS NULL THEN given."organizationId" ELSE app_user.organization_id END,
         given."userId", given."eventType", given.channel, given.payload, given."dedupeKey",
         coalesce(given.priority, 0),
         coalesce(given."runAt", present.at + make_interval(secs => coalesce(given."delaySeconds", 0))),
         present.at, given.cause
    FROM jsonb_to_recordset($1::jsonb) AS given (
           id uuid, "organizationId" uuid, "userId" uuid, "eventType" text, channel notification_channel,
           payload jsonb, "dedupeKey" text, priority smallint, "runAt" timestamptz, "delaySeconds" float8, cause text)
   CROSS JOIN (SELECT date_trunc('milliseconds', statement_timestamp()) AS at) AS present
    LEFT JOIN app_user ON app_user.id = given."userId"
          AND app_user.organization_id = coalesce(given."organizationId", app_user.organization_id)
   ORDER BY given."dedupeKey"
  ON CONFLICT (dedupe_key) WHERE finished_at IS NULL AND dedupe_key IS NOT NULL DO NOTHING
  RETURNING id`;

/**
 * Inserts the items in one statement and gives the ids of those that were inserted; the others have a key of an
 * unfinished item. A user who does not exist or is of another school is `USER_NOT_FOUND`, and nothing is inserted.
 */
export async function insertItems(on: Queryable, items: readonly IdentifiedItem[]): Promise<Set<string>> {
  try {
    const rows = await on.sql<{ id: string }>(insert, JSON.stringify(items));
    return new Set(rows.map(({ id }) => id));
  } catch (error) {
    if (sqlFailure(error)?.state === '23502') throw new AppError('USER_NOT_FOUND', {}, { cause: error });
    throw error;
  }
}

const find = `
  SELECT dedupe_key AS key, id
    FROM notification_queue_item
   WHERE dedupe_key = ANY (ARRAY (SELECT jsonb_array_elements_text($1::jsonb))) AND finished_at IS NULL`;

/** The unfinished items that have these keys, by key. */
export async function findUnfinished(on: Queryable, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await on.sql<{ key: string; id: string }>(find, JSON.stringify(keys));
  return new Map(rows.map(({ key, id }) => [key, id]));
}
