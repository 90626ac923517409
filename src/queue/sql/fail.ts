import type { Queryable } from '../../platform/database/database.js';
import type { Lease } from '../item.js';
import { queuePolicy } from '../policy.js';
import { whereHeld } from './held-items.js';

/** A failed attempt. */
export interface Failure {
  readonly lease: Lease;
  readonly error: Error;
  /** Not to be tried again. */
  readonly final: boolean;
}

const maxMessageCharacters = 2_000;

const dead = `(held.final OR item.attempts + 1 >= ${queuePolicy.maxAttempts})`;
const fail = `
  UPDATE notification_queue_item AS item
     SET attempts = item.attempts + 1,
         errors = item.errors || jsonb_build_object('at', clock_timestamp(), 'message', held.message),
         status = CASE WHEN ${dead} THEN 'FAILED' ELSE 'PENDING' END::queue_status,
         finished_at = CASE WHEN ${dead} THEN clock_timestamp() END,
         run_at = CASE WHEN ${dead} THEN item.run_at ELSE clock_timestamp()
           + make_interval(secs => ${queuePolicy.retrySeconds} * (item.attempts + 1) ^ 2) END,
         lease_token = NULL, lease_until = NULL
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bool[]) AS held (id, token, message, final)
   WHERE item.id = held.id AND item.lease_token = held.token
  RETURNING item.id`;

/**
 * Records a failed attempt of each item and gives the ids of those whose lease was still held. It is due again
 * 10·n² seconds after failure n; the fourth failure, or a final one, makes it FAILED with all its errors.
 */
export function failItems(on: Queryable, failures: readonly Failure[]): Promise<Set<string>> {
  return whereHeld(
    on,
    fail,
    failures.map(({ lease }) => lease),
    failures.map(({ error }) => messageOf(error)),
    failures.map(({ final }) => final),
  );
}

/** PostgreSQL stores no NUL in a text. */
function messageOf(error: Error): string {
  return `${error.name}: ${error.message}`.replaceAll('\0', '').slice(0, maxMessageCharacters);
}
