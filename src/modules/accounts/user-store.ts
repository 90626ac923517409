import type { Plan, Role } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';

/** A school, as stored. */
export interface OrganizationRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** A user with their school, as stored, but for the password. */
export interface UserRow {
  readonly id: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly organizationCreatedAt: Date;
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly plan: Plan;
  readonly timeZone: string;
  readonly locale: string;
  readonly emailVerifiedAt: Date | null;
  readonly createdAt: Date;
}

// The school comes along: it is one row, and a user's organization then costs no statement of its own.
const columns = `u.id, u.organization_id AS "organizationId", o.name AS "organizationName",
  o.created_at AS "organizationCreatedAt", u.email, u.display_name AS "displayName", u.role, u.plan,
  u.time_zone AS "timeZone", u.locale, u.email_verified_at AS "emailVerifiedAt", u.created_at AS "createdAt"`;
const source = 'app_user u JOIN organization o ON o.id = u.organization_id';

/** The beginning of a query of users, each row a `UserRow` and what else is asked for of `u`. */
export function selectUsers(more = ''): string {
  return `SELECT ${columns}${more && `, ${more}`} FROM ${source}`;
}

/** The people on the other side of the relations of user $2 in school $1. */
const counterparts = (condition: string) => `
  SELECT student_id FROM tutor_student_relation WHERE organization_id = $1::uuid AND tutor_id = $2::uuid ${condition}
  UNION ALL
  SELECT tutor_id FROM tutor_student_relation WHERE organization_id = $1::uuid AND student_id = $2::uuid ${condition}`;

/**
 * Whether user $2 of school $1 has or had a relation with `u`, or is in a classroom in which `u` is or was, or was there at
 * the same time. The LIMITs leave the planner no way but to look `u` up: as EXISTS it would read all whom $2 knows first.
 */
const related = `(coalesce(
  (SELECT true FROM tutor_student_relation
    WHERE organization_id = $1::uuid AND tutor_id = $2::uuid AND student_id = u.id LIMIT 1),
  (SELECT true FROM tutor_student_relation
    WHERE organization_id = $1::uuid AND tutor_id = u.id AND student_id = $2::uuid LIMIT 1),
  (SELECT true FROM classroom_member mine JOIN classroom_member other ON other.classroom_id = mine.classroom_id
    WHERE mine.user_id = $2::uuid AND other.user_id = u.id AND (mine.left_at IS NULL OR other.joined_at < mine.left_at)
    LIMIT 1),
  false))`;

/** Users of the school, each with whether the viewer has or had to do with them: one statement, so that a page can be judged at once. */
export function findUsersAsSeen(
  on: Queryable,
  organizationId: string,
  viewerId: string,
  ids: readonly string[],
) {
  return on.sql<UserRow & { readonly related: boolean }>(
    `SELECT ${columns}, ${related} AS related FROM ${source}
     WHERE u.organization_id = $1::uuid AND u.id = ANY($3::uuid[])`,
    organizationId,
    viewerId,
    ids,
  );
}

/** A query of one user of a school, by the placeholders of both ids; conditions may follow. */
export function ownUser(organizationId: string, id: string): string {
  return `${selectUsers()} WHERE u.organization_id = ${organizationId}::uuid AND u.id = ${id}::uuid`;
}

/** One user of the school. */
export async function findUser(on: Queryable, organizationId: string, id: string): Promise<UserRow | null> {
  const rows = await on.sql<UserRow>(ownUser('$1', '$2'), organizationId, id);
  return rows[0] ?? null;
}

/** What a list of users may be narrowed to. */
export interface UserFilter {
  readonly role: Role | null;
  /** Part of a name, and of an address where the list is the school's. */
  readonly text: string | null;
  /** Only those with whom this user has an open invitation or an active relation. */
  readonly relatedTo: string | null;
}

/** A page of the school's users by name, one row more than asked for. */
export function listUsers(
  on: Queryable,
  organizationId: string,
  filter: UserFilter,
  page: Page,
): Promise<UserRow[]> {
  const values: unknown[] = [organizationId, filter.relatedTo];
  const add = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    'u.organization_id = $1::uuid',
    'u.erased_at IS NULL',
    // Named in any case, so that the parameter has a type.
    filter.relatedTo
      ? `u.id IN (${counterparts(`AND status IN ('INVITED', 'ACTIVE')`)})`
      : '$2::uuid IS NULL',
  ];
  // Each role apart, with its own LIMIT: the index of the school's people by name has the role before the name.
  const apart = !filter.relatedTo && !filter.role && !filter.text;
  if (apart) conditions.push('u.role = wanted.role');
  if (filter.role) conditions.push(`u.role = ${add(filter.role)}::role`);
  if (filter.text) {
    const pattern = `${add(`%${filter.text.replace(/[\\%_]/g, '\\$&')}%`)}::text`;
    const byEmail = filter.relatedTo ? '' : ` OR u.email ILIKE ${pattern}`;
    conditions.push(`(u.display_name ILIKE ${pattern}${byEmail})`);
  }
  const byName = (name: string, id: string) =>
    [
      { name, type: 'text' },
      { name: id, type: 'uuid' },
    ] as const;
  const { where, orderAndLimit } = keyset(page, byName('u.display_name', 'u.id'), 'ASC', values);
  const people = `SELECT ${columns} FROM ${source} WHERE ${conditions.join(' AND ')}${where}${orderAndLimit}`;
  if (!apart) return on.sql(people, ...values);
  const merged = keyset(
    { ...page, after: null, before: null },
    byName('person."displayName"', 'person.id'),
    'ASC',
    [],
  );
  return on.sql(
    `SELECT person.* FROM unnest(enum_range(NULL::role)) AS wanted (role) CROSS JOIN LATERAL (${people}) person${merged.orderAndLimit}`,
    ...values,
  );
}

/** A person who joins a school. */
export interface NewUser {
  readonly id: string;
  readonly organizationId: string;
  /** In lower case. */
  readonly email: string;
  readonly passwordHash: string;
  readonly displayName: string;
  readonly role: Role;
  readonly timeZone: string;
  readonly locale: string;
}

/** What of a profile is to be changed; null leaves it as it is. */
export interface ProfileChanges {
  readonly displayName: string | null;
  readonly timeZone: string | null;
  readonly locale: string | null;
}

/** Adds a user, whose address is not proved yet. */
export async function insertUser(on: Queryable, user: NewUser): Promise<void> {
  await on.sql(
    `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role, time_zone, locale)
     VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::role, $7::text, $8::text)`,
    ...[user.id, user.organizationId, user.email, user.passwordHash],
    ...[user.displayName, user.role, user.timeZone, user.locale],
  );
}

/** Changes what is given of a profile. */
export async function updateUser(on: Queryable, organizationId: string, id: string, changes: ProfileChanges) {
  await on.sql(
    `UPDATE app_user SET display_name = coalesce($3::text, display_name), time_zone = coalesce($4::text, time_zone),
       locale = coalesce($5::text, locale), updated_at = now()
     WHERE organization_id = $1::uuid AND id = $2::uuid`,
    organizationId,
    id,
    changes.displayName,
    changes.timeZone,
    changes.locale,
  );
}

/** The hash of a user's password; null when there is no such user. */
export async function readPasswordHash(
  on: Queryable,
  organizationId: string,
  id: string,
): Promise<string | null> {
  const rows = await on.sql<{ hash: string }>(
    'SELECT password_hash AS hash FROM app_user WHERE organization_id = $1::uuid AND id = $2::uuid',
    organizationId,
    id,
  );
  return rows[0]?.hash ?? null;
}

/** Sets the hash of a user's password, if it is still `from` (null: whatever it is); tells whether it did. */
export async function replacePassword(
  on: Queryable,
  organizationId: string,
  id: string,
  hashes: { readonly from: string | null; readonly to: string },
): Promise<boolean> {
  const rows = await on.sql(
    `UPDATE app_user SET password_hash = $4::text, updated_at = now()
     WHERE organization_id = $1::uuid AND id = $2::uuid AND ($3::text IS NULL OR password_hash = $3::text) RETURNING id`,
    organizationId,
    id,
    hashes.from,
    hashes.to,
  );
  return rows.length > 0;
}

/** Sets a user's plan; tells whether there is such a user. */
export async function updatePlan(on: Queryable, organizationId: string, id: string, plan: Plan) {
  const rows = await on.sql(
    `UPDATE app_user SET plan = $3::plan, updated_at = now()
     WHERE organization_id = $1::uuid AND id = $2::uuid RETURNING id`,
    organizationId,
    id,
    plan,
  );
  return rows.length > 0;
}

/** Locks people until the transaction ends, in id order, so that two who lock the same people never deadlock; gives those that exist. */
export async function lockUsers(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<Pick<UserRow, 'id' | 'role'>[]> {
  return on.sql(
    `SELECT id, role FROM app_user WHERE organization_id = $1::uuid AND id = ANY($2::uuid[])
     ORDER BY id FOR NO KEY UPDATE`,
    organizationId,
    ids,
  );
}

/** The organization, when it is among `ids`: a viewer sees no other. */
export function findOrganizations(on: Queryable, organizationId: string, ids: readonly string[]) {
  return on.sql<OrganizationRow>(
    `SELECT id, name, created_at AS "createdAt" FROM organization WHERE id = $1::uuid AND id = ANY($2::uuid[])`,
    organizationId,
    ids,
  );
}

/** The oldest organization of this name. For operators: people name no school. */
export function findOrganizationByName(on: Queryable, name: string) {
  return on.sql<OrganizationRow>(
    'SELECT id, name, created_at AS "createdAt" FROM organization WHERE name = $1::text ORDER BY created_at LIMIT 1',
    name,
  );
}

/** Adds an organization. */
export async function insertOrganization(on: Queryable, { id, name }: Pick<OrganizationRow, 'id' | 'name'>) {
  await on.sql('INSERT INTO organization (id, name) VALUES ($1::uuid, $2::text)', id, name);
}
