import type { Plan } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import type { Role, Viewer } from '../../shared/viewer.js';
import { canSeePrivateData } from './policy.js';
import { findUser, type OrganizationRow, type UserRow } from './user-store.js';

/** A school. */
export type OrganizationView = OrganizationRow;

/** A user as one viewer may see them: what is private is null to others. */
export interface UserView {
  readonly id: string;
  readonly displayName: string;
  readonly role: Role;
  readonly plan: Plan | null;
  /** IANA name. */
  readonly timeZone: string;
  /** BCP 47. */
  readonly locale: string;
  readonly email: string | null;
  readonly emailVerified: boolean | null;
  readonly organization: OrganizationView;
  readonly createdAt: Date;
}

/** The user as the viewer sees them. */
export function viewOf(viewer: Viewer, row: UserRow): UserView {
  return canSeePrivateData(viewer, row)
    ? ownView(row)
    : { ...ownView(row), email: null, emailVerified: null, plan: null };
}

/** The user as they see themselves. Fields are named one by one, so that nothing else of a row can come along. */
export function ownView(row: UserRow): UserView {
  return {
    id: row.id,
    displayName: row.displayName,
    role: row.role,
    plan: row.plan,
    timeZone: row.timeZone,
    locale: row.locale,
    email: row.email,
    emailVerified: row.emailVerifiedAt !== null,
    organization: {
      id: row.organizationId,
      name: row.organizationName,
      createdAt: row.organizationCreatedAt,
    },
    createdAt: row.createdAt,
  };
}

/** A user whose session this is, as they see themselves. Fails with SESSION_EXPIRED when they were deleted meanwhile. */
export async function readOwn(on: Queryable, organizationId: string, userId: string): Promise<UserView> {
  const row = await findUser(on, organizationId, userId);
  if (!row) throw new AppError('SESSION_EXPIRED');
  return ownView(row);
}
