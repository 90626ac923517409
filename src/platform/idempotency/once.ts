import { createHash } from 'node:crypto';
import { AppError } from '../../shared/errors.js';
import type { Queryable } from '../database/database.js';
import { canonical } from './canonical.js';

/** A request to create something, as its sender names it. */
interface KeyedRequest {
  readonly userId: string;
  /** The mutation: the same key of another operation is another key. */
  readonly operation: string;
  /** What the client chose; null or undefined runs the effect without any memory of it. */
  readonly key: string | null | undefined;
  /** The input without the key, as the service takes it. */
  readonly input: unknown;
}

/** How long a result is kept. */
const keptHours = 24;

/**
 * Runs `effect` at most once for a key within 24 hours and gives the id of what it made. Key and effect share the
 * transaction, so a failure leaves no trace and may be tried again. Take it before any other lock.
 * Fails with IDEMPOTENCY_IN_PROGRESS while the first request runs, IDEMPOTENCY_KEY_REUSED when the input differs.
 */
export async function once(
  tx: Queryable,
  request: KeyedRequest,
  effect: () => Promise<string>,
): Promise<string> {
  const { userId, operation, key } = request;
  if (key == null) return effect();
  const hash = createHash('sha256').update(canonical(request.input)).digest('hex');
  await lock(tx, JSON.stringify([userId, operation, key]));
  // A statement of its own: one that takes the lock has a snapshot from before the lock, without the twin's result.
  const kept = await find(tx, userId, operation, key);
  if (kept && kept.hash !== hash) throw new AppError('IDEMPOTENCY_KEY_REUSED');
  if (kept) return kept.resultId;
  const resultId = await effect();
  await keep(tx, { userId, operation, key, hash, resultId });
  return resultId;
}

/** Removes up to `limit` results that are no longer kept; gives how many. */
export async function removeExpiredKeys(on: Queryable, limit: number): Promise<number> {
  const rows = await on.sql(
    `DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM idempotency_key WHERE created_at < now() - make_interval(hours => ${keptHours})
       ORDER BY created_at LIMIT $1::int FOR UPDATE SKIP LOCKED))
     RETURNING 1 AS removed`,
    limit,
  );
  return rows.length;
}

async function lock(tx: Queryable, name: string): Promise<void> {
  const [row] = await tx.sql<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1::text, 0)) AS locked',
    name,
  );
  if (!row?.locked) throw new AppError('IDEMPOTENCY_IN_PROGRESS');
}

async function find(
  tx: Queryable,
  userId: string,
  operation: string,
  key: string,
): Promise<{ hash: string; resultId: string } | null> {
  const [row] = await tx.sql<{ hash: string; resultId: string }>(
    `SELECT encode(input_hash, 'hex') AS hash, result_id::text AS "resultId" FROM idempotency_key
     WHERE user_id = $1::uuid AND operation = $2::text AND key = $3::text
       AND created_at >= now() - make_interval(hours => ${keptHours})`,
    userId,
    operation,
    key,
  );
  return row ?? null;
}

interface Result {
  readonly userId: string;
  readonly operation: string;
  readonly key: string;
  readonly hash: string;
  readonly resultId: string;
}

async function keep(tx: Queryable, { userId, operation, key, hash, resultId }: Result): Promise<void> {
  // Only a result that has expired can be in the way: the lock is ours.
  await tx.sql(
    `INSERT INTO idempotency_key (user_id, operation, key, input_hash, result_id, created_at)
     VALUES ($1::uuid, $2::text, $3::text, decode($4::text, 'hex'), $5::uuid, now())
     ON CONFLICT (user_id, operation, key) DO UPDATE
       SET input_hash = EXCLUDED.input_hash, result_id = EXCLUDED.result_id, created_at = EXCLUDED.created_at`,
    userId,
    operation,
    key,
    hash,
    resultId,
  );
}
