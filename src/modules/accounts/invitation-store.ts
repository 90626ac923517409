import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';
import type { Role } from '../../shared/viewer.js';

/** That somebody may join a school in a role, as stored. */
export interface Invitation {
  readonly id: string;
  readonly organizationId: string;
  readonly inviterId: string;
  readonly role: Role;
  readonly sealedAddress: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const columns = `id, organization_id AS "organizationId", inviter_id AS "inviterId", role,
  sealed_address AS "sealedAddress", created_at AS "createdAt", expires_at AS "expiresAt"`;

/** Adds an invitation; null when its inviter has made `atMost` since `since` already. Lock them first. */
export async function insertInvitation(
  on: Queryable,
  invitation: Invitation,
  atMost: number,
  since: Date,
): Promise<Invitation | null> {
  const rows = await on.sql<Invitation>(
    `INSERT INTO invitation (id, organization_id, inviter_id, role, sealed_address, created_at, expires_at)
     SELECT $1::uuid, $2::uuid, $3::uuid, $4::role, $5::text, $6::timestamptz, $7::timestamptz
     WHERE (SELECT count(*) FROM invitation WHERE inviter_id = $3::uuid AND created_at > $9::timestamptz) < $8::int
     RETURNING ${columns}`,
    invitation.id,
    invitation.organizationId,
    invitation.inviterId,
    invitation.role,
    invitation.sealedAddress,
    invitation.createdAt,
    invitation.expiresAt,
    atMost,
    since,
  );
  return rows[0] ?? null;
}

/** A living invitation. By id alone: whoever has its link belongs to no school yet. */
export async function findInvitation(on: Queryable, id: string, now: Date): Promise<Invitation | null> {
  const rows = await on.sql<Invitation>(
    `SELECT ${columns} FROM invitation WHERE id = $1::uuid AND expires_at > $2::timestamptz`,
    id,
    now,
  );
  return rows[0] ?? null;
}

/** The living invitations of the school among these ids. */
export function findInvitations(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
  now: Date,
): Promise<Invitation[]> {
  return on.sql(
    `SELECT ${columns} FROM invitation
     WHERE organization_id = $1::uuid AND id = ANY($2::uuid[]) AND expires_at > $3::timestamptz`,
    organizationId,
    ids,
    now,
  );
}

/** A page of the living invitations of the school, of this inviter alone when one is given, the newest first; one row more than asked for. */
export function listInvitations(
  on: Queryable,
  organizationId: string,
  inviterId: string | null,
  now: Date,
  page: Page,
): Promise<Invitation[]> {
  const values: unknown[] = [organizationId, now];
  const by = inviterId === null ? '' : ` AND inviter_id = $${values.push(inviterId)}::uuid`;
  const { where, orderAndLimit } = keyset(
    page,
    [
      { name: 'created_at', type: 'timestamptz' },
      { name: 'id', type: 'uuid' },
    ],
    'DESC',
    values,
  );
  return on.sql(
    `SELECT ${columns} FROM invitation
     WHERE organization_id = $1::uuid AND expires_at > $2::timestamptz${by}${where}${orderAndLimit}`,
    ...values,
  );
}

/** Removes a living invitation, of this inviter alone when one is given; tells whether there was one. */
export async function removeInvitation(
  on: Queryable,
  organizationId: string,
  id: string,
  inviterId: string | null,
  now: Date,
): Promise<boolean> {
  const rows = await on.sql(
    `DELETE FROM invitation WHERE organization_id = $1::uuid AND id = $2::uuid
       AND ($3::uuid IS NULL OR inviter_id = $3::uuid) AND expires_at > $4::timestamptz RETURNING id`,
    organizationId,
    id,
    inviterId,
    now,
  );
  return rows.length > 0;
}

/** Removes invitations that have expired, at most `limit`; gives how many. */
export async function removeExpiredInvitations(on: Queryable, limit: number): Promise<number> {
  const rows = await on.sql(
    `DELETE FROM invitation WHERE id = ANY (ARRAY(
       SELECT id FROM invitation WHERE expires_at < now() ORDER BY expires_at LIMIT $1::int FOR UPDATE SKIP LOCKED))
     RETURNING id`,
    limit,
  );
  return rows.length;
}
