import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';
import type { ClassroomView } from './classroom.js';

const columns = `c.id::text AS id, c.organization_id::text AS "organizationId", c.tutor_id::text AS "tutorId", c.name,
  c.member_count AS "memberCount", c.created_at AS "createdAt", c.archived_at AS "archivedAt",
  mine.role::text AS "viewerRole"`;
/** With the present membership of user $2. */
const source = `classroom c LEFT JOIN classroom_member mine
  ON mine.classroom_id = c.id AND mine.user_id = $2::uuid AND mine.left_at IS NULL`;

/** The classrooms of the school with these ids as this user meets them, in no order. */
export function findClassrooms(
  on: Queryable,
  organizationId: string,
  viewerId: string,
  ids: readonly string[],
): Promise<ClassroomView[]> {
  return on.sql(
    `SELECT ${columns} FROM ${source} WHERE c.organization_id = $1::uuid AND c.id = ANY ($3::uuid[])`,
    organizationId,
    viewerId,
    ids,
  );
}

/** One classroom, which stays as it is until the transaction ends. */
export async function holdClassroom(
  tx: Queryable,
  organizationId: string,
  viewerId: string,
  id: string,
): Promise<ClassroomView | null> {
  const [row] = await tx.sql<ClassroomView>(
    `SELECT ${columns} FROM ${source} WHERE c.organization_id = $1::uuid AND c.id = $3::uuid FOR NO KEY UPDATE OF c`,
    organizationId,
    viewerId,
    id,
  );
  return row ?? null;
}

/** What a list of classrooms is narrowed to. */
export interface ClassroomFilter {
  /** Only those that the user is in. */
  readonly mine: boolean;
  readonly archivedToo: boolean;
}

/** A page of classrooms, the newest first, one row more than asked for. */
export function listClassrooms(
  on: Queryable,
  organizationId: string,
  viewerId: string,
  { mine, archivedToo }: ClassroomFilter,
  page: Page,
): Promise<ClassroomView[]> {
  const values: unknown[] = [organizationId, viewerId];
  const order = [
    { name: 'c.created_at', type: 'timestamptz' },
    { name: 'c.id', type: 'uuid' },
  ] as const;
  const { where, orderAndLimit } = keyset(page, order, 'DESC', values);
  const conditions = [
    'c.organization_id = $1::uuid',
    ...(mine ? ['mine.user_id IS NOT NULL'] : []),
    ...(archivedToo ? [] : ['c.archived_at IS NULL']),
  ];
  return on.sql(
    `SELECT ${columns} FROM ${source} WHERE ${conditions.join(' AND ')}${where}${orderAndLimit}`,
    ...values,
  );
}

/** Makes a classroom, with its tutor in it. */
export async function insertClassroom(
  on: Queryable,
  classroom: Pick<ClassroomView, 'id' | 'organizationId' | 'tutorId' | 'name'>,
): Promise<void> {
  await on.sql(
    `WITH c AS (
       INSERT INTO classroom (id, organization_id, tutor_id, name) VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text)
       RETURNING id, organization_id, tutor_id, created_at
     )
     INSERT INTO classroom_member (classroom_id, user_id, organization_id, role, joined_at)
     SELECT id, tutor_id, organization_id, 'TUTOR', created_at FROM c`,
    classroom.id,
    classroom.organizationId,
    classroom.tutorId,
    classroom.name,
  );
}

/** Gives a classroom another name. */
export async function saveName(
  on: Queryable,
  organizationId: string,
  id: string,
  name: string,
): Promise<void> {
  await on.sql(
    'UPDATE classroom SET name = $3::text WHERE organization_id = $1::uuid AND id = $2::uuid',
    organizationId,
    id,
    name,
  );
}

/** Archives classrooms that are not. */
export async function archiveClassrooms(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<void> {
  await on.sql(
    `UPDATE classroom SET archived_at = now()
      WHERE organization_id = $1::uuid AND id = ANY ($2::uuid[]) AND archived_at IS NULL`,
    organizationId,
    ids,
  );
}
