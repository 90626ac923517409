import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import { groupBy } from '../../shared/group-by.js';
import type { Page } from '../../shared/pagination.js';
import type { Role } from '../../shared/viewer.js';
import type { ClassroomRole } from './classroom.js';

/** A user in a classroom of a school. */
export interface Place {
  readonly organizationId: string;
  readonly classroomId: string;
  readonly userId: string;
}

/** What somebody is in a classroom, or was: then `present` is false. Null for who never was in it. */
export async function findMembership(
  on: Queryable,
  { organizationId, classroomId, userId }: Place,
): Promise<{ readonly role: ClassroomRole; readonly present: boolean } | null> {
  const [row] = await on.sql<{ role: ClassroomRole; present: boolean }>(
    `SELECT role::text AS role, left_at IS NULL AS present FROM classroom_member
      WHERE organization_id = $1::uuid AND classroom_id = $2::uuid AND user_id = $3::uuid`,
    organizationId,
    classroomId,
    userId,
  );
  return row ?? null;
}

/**
 * What somebody is in the school, if they can be added: a tutor of the school, or a student; a student for whom
 * `anyone` does not hold has an active relation with somebody who leads the classroom. Null for anyone else.
 */
export async function findCandidate(
  on: Queryable,
  { organizationId, classroomId, userId }: Place,
  anyone: boolean,
): Promise<Role | null> {
  const [row] = await on.sql<{ role: Role }>(
    `SELECT u.role::text AS role FROM app_user u
      WHERE u.organization_id = $1::uuid AND u.id = $3::uuid AND u.erased_at IS NULL
        AND (u.role = 'TUTOR' OR u.role = 'STUDENT' AND ($4::boolean OR EXISTS (
          SELECT FROM classroom_member leader
            JOIN tutor_student_relation r ON r.tutor_id = leader.user_id AND r.status = 'ACTIVE'
           WHERE leader.classroom_id = $2::uuid AND leader.role <> 'MEMBER' AND leader.left_at IS NULL
             AND r.student_id = u.id)))`,
    organizationId,
    classroomId,
    userId,
    anyone,
  );
  return row?.role ?? null;
}

/** Begins a membership; false when they are in it already. Violates `classroom_member_limit` when it is full. */
export async function startMembership(on: Queryable, place: Place, joinedSequence: number): Promise<boolean> {
  const rows = await on.sql(
    `INSERT INTO classroom_member AS m (classroom_id, user_id, organization_id, joined_at, joined_sequence)
     VALUES ($2::uuid, $3::uuid, $1::uuid, clock_timestamp(), $4::int)
     ON CONFLICT (classroom_id, user_id) DO UPDATE
       SET role = 'MEMBER', joined_at = EXCLUDED.joined_at, joined_sequence = EXCLUDED.joined_sequence, left_at = NULL
       WHERE m.left_at IS NOT NULL
     RETURNING m.user_id`,
    place.organizationId,
    place.classroomId,
    place.userId,
    joinedSequence,
  );
  return rows.length > 0;
}

/** Ends a membership. */
export async function endMembership(on: Queryable, place: Place): Promise<void> {
  await on.sql(
    `UPDATE classroom_member SET left_at = greatest(clock_timestamp(), joined_at)
      WHERE organization_id = $1::uuid AND classroom_id = $2::uuid AND user_id = $3::uuid AND left_at IS NULL`,
    place.organizationId,
    place.classroomId,
    place.userId,
  );
}

/** Gives a present member another role. */
export async function saveRole(on: Queryable, place: Place, role: ClassroomRole): Promise<void> {
  await on.sql(
    `UPDATE classroom_member SET role = $4::classroom_role
      WHERE organization_id = $1::uuid AND classroom_id = $2::uuid AND user_id = $3::uuid AND left_at IS NULL`,
    place.organizationId,
    place.classroomId,
    place.userId,
    role,
  );
}

/** A place in the list of members. */
export interface MemberRow {
  readonly classroomId: string;
  readonly userId: string;
  readonly joinedAt: Date;
}

/** The same page of the members of each of these classrooms, by its id, the longest there first: one statement. */
export async function readMembers(
  on: Queryable,
  organizationId: string,
  classroomIds: readonly string[],
  roles: readonly ClassroomRole[],
  page: Page,
): Promise<Map<string, MemberRow[]>> {
  const values: unknown[] = [organizationId, classroomIds, roles];
  const order = [
    { name: 'm.joined_at', type: 'timestamptz' },
    { name: 'm.user_id', type: 'uuid' },
  ] as const;
  const { where, orderAndLimit } = keyset(page, order, 'ASC', values);
  const rows = await on.sql<MemberRow>(
    `SELECT member.* FROM unnest($2::uuid[]) WITH ORDINALITY AS given (id, position)
      CROSS JOIN LATERAL (
        SELECT m.classroom_id::text AS "classroomId", m.user_id::text AS "userId", m.joined_at AS "joinedAt"
          FROM classroom_member m
         WHERE m.classroom_id = given.id AND m.organization_id = $1::uuid AND m.left_at IS NULL
           AND m.role = ANY ($3::text[]::classroom_role[])${where}${orderAndLimit}) AS member
      ORDER BY given.position, member."joinedAt", member."userId"`,
    ...values,
  );
  return groupBy(rows, ({ classroomId }) => classroomId);
}

/** Locks the classrooms that a person is in or leads, in id order; gives their ids and whether they are its tutor. */
export function holdClassroomsOf(
  on: Queryable,
  organizationId: string,
  userId: string,
): Promise<{ id: string; tutor: boolean }[]> {
  return on.sql(
    `SELECT c.id::text AS id, c.tutor_id = $2::uuid AS tutor FROM classroom c
      WHERE c.organization_id = $1::uuid AND EXISTS (
        SELECT FROM classroom_member m WHERE m.classroom_id = c.id AND m.user_id = $2::uuid AND m.left_at IS NULL)
      ORDER BY c.id FOR NO KEY UPDATE`,
    organizationId,
    userId,
  );
}
