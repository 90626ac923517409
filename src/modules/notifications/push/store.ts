import type { Queryable } from '../../../platform/database/database.js';
import type { Audience } from '../delivery/adapter.js';

/** A browser to be told. */
export interface Subscription {
  readonly endpoint: string;
  readonly p256dh: Buffer;
  readonly auth: Buffer;
}

/** Of one user; who registers more loses the oldest. */
const maxSubscriptions = 20;

const live = 'session.revoked_at IS NULL AND session.expires_at > now()';

/**
 * Registers a browser for the session, or renews it. An endpoint is known to its browser only: when someone else signs
 * in there, it is theirs.
 */
export async function upsertSubscription(
  on: Queryable,
  owner: {
    readonly id: string;
    readonly organizationId: string;
    readonly userId: string;
    readonly sessionId: string;
  },
  { endpoint, p256dh, auth }: Subscription,
): Promise<void> {
  await on.sql(
    `WITH registered AS (
       INSERT INTO push_subscription (id, organization_id, user_id, session_id, endpoint, p256dh, auth)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6::bytea, $7::bytea)
       ON CONFLICT (endpoint) DO UPDATE SET
         organization_id = excluded.organization_id, user_id = excluded.user_id, session_id = excluded.session_id,
         p256dh = excluded.p256dh, auth = excluded.auth, created_at = now()
       RETURNING id
     )
     DELETE FROM push_subscription WHERE id IN (
       SELECT id FROM push_subscription
        WHERE organization_id = $2::uuid AND user_id = $3::uuid AND endpoint <> $5
        ORDER BY created_at DESC, id DESC OFFSET $8)`,
    owner.id,
    owner.organizationId,
    owner.userId,
    owner.sessionId,
    endpoint,
    p256dh,
    auth,
    maxSubscriptions - 1,
  );
}

/** The browsers of these users on which they are signed in. */
export function listTargets(
  on: Queryable,
  { organizationId, userIds }: Audience,
): Promise<{ userId: string; targetId: string }[]> {
  return on.sql(
    `SELECT subscription.user_id AS "userId", subscription.id AS "targetId"
       FROM push_subscription subscription JOIN session ON session.id = subscription.session_id
      WHERE subscription.organization_id = $1::uuid AND subscription.user_id = ANY ($2::uuid[]) AND ${live}`,
    organizationId,
    userIds,
  );
}

/** A subscription of this user on which they are signed in; null when there is none. */
export async function findSubscription(
  on: Queryable,
  organizationId: string,
  userId: string,
  id: string,
): Promise<Subscription | null> {
  const [found] = await on.sql<Subscription>(
    `SELECT subscription.endpoint, subscription.p256dh, subscription.auth
       FROM push_subscription subscription JOIN session ON session.id = subscription.session_id
      WHERE subscription.organization_id = $1::uuid AND subscription.user_id = $2::uuid
        AND subscription.id = $3::uuid AND ${live}`,
    organizationId,
    userId,
    id,
  );
  return found ?? null;
}

/** Removes a subscription that its push service has ended. */
export async function removeSubscription(on: Queryable, organizationId: string, id: string): Promise<void> {
  await on.sql(
    'DELETE FROM push_subscription WHERE organization_id = $1::uuid AND id = $2::uuid',
    organizationId,
    id,
  );
}
