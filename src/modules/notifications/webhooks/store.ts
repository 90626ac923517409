import type { Queryable } from '../../../platform/database/database.js';
import type { Audience } from '../delivery/adapter.js';

/** An endpoint of a school, as its admins see it. */
export interface WebhookEndpointView {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly createdAt: Date;
}

/** Of one school. */
export const maxEndpoints = 20;

const columns = 'id, url, events, disabled_at IS NULL AS enabled, created_at AS "createdAt"';

/** The school's endpoints, the oldest first. */
export function listEndpoints(on: Queryable, organizationId: string): Promise<WebhookEndpointView[]> {
  return on.sql(
    `SELECT ${columns} FROM webhook_endpoint WHERE organization_id = $1::uuid ORDER BY created_at, id`,
    organizationId,
  );
}

/** The school's own among these ids, in no order. */
export function findEndpoints(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<WebhookEndpointView[]> {
  return on.sql(
    `SELECT ${columns} FROM webhook_endpoint WHERE organization_id = $1::uuid AND id = ANY ($2::uuid[])`,
    organizationId,
    ids,
  );
}

/** Adds an endpoint; null when the school has as many as it may. */
export async function insertEndpoint(
  on: Queryable,
  organizationId: string,
  endpoint: {
    readonly id: string;
    readonly url: string;
    readonly events: readonly string[];
    readonly secret: Buffer;
  },
): Promise<WebhookEndpointView | null> {
  const [inserted] = await on.sql<WebhookEndpointView>(
    `INSERT INTO webhook_endpoint (id, organization_id, url, events, secret)
     SELECT $2::uuid, $1::uuid, $3, $4::text[], $5::bytea
      WHERE (SELECT count(*) FROM webhook_endpoint WHERE organization_id = $1::uuid) < $6
     RETURNING ${columns}`,
    organizationId,
    endpoint.id,
    endpoint.url,
    endpoint.events,
    endpoint.secret,
    maxEndpoints,
  );
  return inserted ?? null;
}

/** Gives the endpoint another secret; the one before signs as well for some hours. Null when there is none. */
export async function rotateSecret(
  on: Queryable,
  organizationId: string,
  id: string,
  secret: Buffer,
  overlapHours: number,
): Promise<WebhookEndpointView | null> {
  const [rotated] = await on.sql<WebhookEndpointView>(
    `UPDATE webhook_endpoint
        SET previous_secret = secret, previous_secret_until = now() + make_interval(hours => $4), secret = $3::bytea
      WHERE organization_id = $1::uuid AND id = $2::uuid
     RETURNING ${columns}`,
    organizationId,
    id,
    secret,
    overlapHours,
  );
  return rotated ?? null;
}

/** Removes an endpoint; false when there is none. */
export async function deleteEndpoint(on: Queryable, organizationId: string, id: string): Promise<boolean> {
  const deleted = await on.sql(
    'DELETE FROM webhook_endpoint WHERE organization_id = $1::uuid AND id = $2::uuid RETURNING id',
    organizationId,
    id,
  );
  return deleted.length > 0;
}

/** Sends no more to an endpoint that is gone. */
export async function disableEndpoint(on: Queryable, organizationId: string, id: string): Promise<void> {
  await on.sql(
    `UPDATE webhook_endpoint SET disabled_at = now()
      WHERE organization_id = $1::uuid AND id = $2::uuid AND disabled_at IS NULL`,
    organizationId,
    id,
  );
}

/** Each of the school's endpoints for the type, for each of these users. */
export function listTargets(
  on: Queryable,
  { organizationId, eventType, userIds }: Audience,
): Promise<{ userId: string; targetId: string }[]> {
  return on.sql(
    `SELECT told.id AS "userId", endpoint.id AS "targetId"
       FROM webhook_endpoint endpoint CROSS JOIN unnest($3::uuid[]) AS told (id)
      WHERE endpoint.organization_id = $1::uuid AND endpoint.disabled_at IS NULL AND $2 = ANY (endpoint.events)`,
    organizationId,
    eventType,
    userIds,
  );
}

/** Where to send, and the secrets that sign now, the newest first; null when it is gone or disabled. */
export async function findReceiver(
  on: Queryable,
  organizationId: string,
  id: string,
): Promise<{ readonly url: string; readonly secrets: readonly Buffer[] } | null> {
  const [found] = await on.sql<{ url: string; secret: Buffer; previous: Buffer | null }>(
    `SELECT url, secret, CASE WHEN previous_secret_until > now() THEN previous_secret END AS previous
       FROM webhook_endpoint
      WHERE organization_id = $1::uuid AND id = $2::uuid AND disabled_at IS NULL`,
    organizationId,
    id,
  );
  return found
    ? { url: found.url, secrets: [found.secret, ...(found.previous ? [found.previous] : [])] }
    : null;
}
