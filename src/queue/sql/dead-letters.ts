import type { NotificationChannel } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import { violates } from '../../platform/database/failures.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';

/** A failed attempt as it was written down. */
export interface RecordedFailure {
  /** ISO 8601. */
  readonly at: string;
  readonly message: string;
}

/** An item that was given up. */
export interface DeadLetter {
  readonly id: string;
  readonly eventType: string;
  readonly channel: NotificationChannel | null;
  /** Failures since it was enqueued or last retried by hand. */
  readonly attempts: number;
  /** Of all attempts, the oldest first. */
  readonly errors: readonly RecordedFailure[];
  readonly failedAt: Date;
}

const columns = `id, event_type AS "eventType", channel::text AS channel, attempts, errors, finished_at AS "failedAt"`;

/** A page of a school's dead letters, the newest first, at least one row more than asked for. */
export function listDeadLetters(on: Queryable, organizationId: string, page: Page): Promise<DeadLetter[]> {
  const values: unknown[] = [organizationId];
  const order = [
    { name: 'finished_at', type: 'timestamptz' },
    { name: 'id', type: 'uuid' },
  ] as const;
  const { where, orderAndLimit } = keyset(page, order, 'DESC', values);
  return on.sql(
    `SELECT ${columns} FROM notification_queue_item
      WHERE status = 'FAILED' AND organization_id = $1::uuid${where}${orderAndLimit}`,
    ...values,
  );
}

/** The school's dead letters among these ids, in no order. */
export function findDeadLetters(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<DeadLetter[]> {
  return on.sql(
    `SELECT ${columns} FROM notification_queue_item
      WHERE status = 'FAILED' AND organization_id = $1::uuid AND id = ANY ($2::uuid[])`,
    organizationId,
    ids,
  );
}

// The same key may be in many dead letters, but in one unfinished item only: of those the newest is tried again,
// and none while another item with the key is under way.
const retry = `
  WITH chosen AS (
    SELECT DISTINCT ON (coalesce(dedupe_key, id::text)) id
      FROM notification_queue_item AS item
     WHERE status = 'FAILED' AND id = ANY ($1::uuid[]) AND organization_id = coalesce($2::uuid, organization_id)
       AND NOT EXISTS (SELECT 1 FROM notification_queue_item AS other
                        WHERE other.dedupe_key = item.dedupe_key AND other.finished_at IS NULL)
     ORDER BY coalesce(dedupe_key, id::text), created_at DESC, id DESC),
  locked AS (
    SELECT id FROM notification_queue_item
     WHERE id IN (SELECT id FROM chosen) AND status = 'FAILED'
     ORDER BY id
       FOR UPDATE)
  UPDATE notification_queue_item AS item
     SET status = 'PENDING', attempts = 0, lost_leases = 0, unknown_since = NULL, finished_at = NULL,
         run_at = clock_timestamp()
    FROM locked
   WHERE item.id = locked.id
  RETURNING item.id`;

/** An item with the key of a dead letter may be enqueued while we put that one back. */
const retryRounds = 5;

/**
 * Makes dead letters due again, as if they had never been tried but with the errors that they had; those of all
 * schools when `organizationId` is null. Gives the ids of those that it put back: not what is no dead letter, nor
 * what an unfinished item with the same key stands for.
 */
export async function retryDeadLetters(
  on: Queryable,
  ids: readonly string[],
  organizationId: string | null,
): Promise<string[]> {
  for (let round = 1; ; round++) {
    try {
      const rows = await on.sql<{ id: string }>(retry, ids, organizationId);
      return rows.map(({ id }) => id);
    } catch (error) {
      if (round === retryRounds || !violates(error, 'queue_dedupe_key')) throw error;
    }
  }
}

/** The ids of all dead letters of all schools, the oldest first. */
export async function allDeadLetterIds(on: Queryable): Promise<string[]> {
  const rows = await on.sql<{ id: string }>(
    `SELECT id FROM notification_queue_item WHERE status = 'FAILED' ORDER BY finished_at, id`,
  );
  return rows.map(({ id }) => id);
}

const discard = `
  UPDATE notification_queue_item
     SET status = 'CANCELLED', reason = $3::text
   WHERE status = 'FAILED' AND organization_id = $2::uuid AND id = ANY ($1::uuid[])
  RETURNING id`;

/** Gives up the school's dead letters among these ids for good, for a reason, and gives the ids of those. */
export async function discardDeadLetters(
  on: Queryable,
  ids: readonly string[],
  organizationId: string,
  reason: string,
): Promise<string[]> {
  const rows = await on.sql<{ id: string }>(discard, ids, organizationId, reason);
  return rows.map(({ id }) => id);
}
