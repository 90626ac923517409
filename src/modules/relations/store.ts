import type { RelationStatus } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';

/** That a tutor teaches, taught or was to teach a student. */
export interface Relation {
  readonly id: string;
  readonly organizationId: string;
  readonly tutorId: string;
  readonly studentId: string;
  readonly status: RelationStatus;
  readonly createdAt: Date;
  /** When an active one was ended. */
  readonly endedAt: Date | null;
}

/** A tutor and a student. */
export interface Pair {
  readonly tutorId: string;
  readonly studentId: string;
}

const columns = `id, organization_id AS "organizationId", tutor_id AS "tutorId", student_id AS "studentId", status,
  created_at AS "createdAt", ended_at AS "endedAt"`;

/** Relations of the school by id. */
export function findRelations(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<Relation[]> {
  return on.sql(
    `SELECT ${columns} FROM tutor_student_relation WHERE organization_id = $1::uuid AND id = ANY($2::uuid[])`,
    organizationId,
    ids,
  );
}

/** Whose relations a list shows. */
export type Side = { readonly column: 'tutor_id' | 'student_id'; readonly userId: string } | 'everyone';

/** A page of relations, the newest first, one row more than asked for. */
export function listRelations(
  on: Queryable,
  organizationId: string,
  filter: { readonly side: Side; readonly status: RelationStatus | null },
  page: Page,
): Promise<Relation[]> {
  const values: unknown[] = [organizationId];
  const conditions = ['organization_id = $1::uuid'];
  if (filter.side !== 'everyone')
    conditions.push(`${filter.side.column} = $${values.push(filter.side.userId)}::uuid`);
  if (filter.status) conditions.push(`status = $${values.push(filter.status)}::relation_status`);
  const order = [
    { name: 'created_at', type: 'timestamptz' },
    { name: 'id', type: 'uuid' },
  ] as const;
  // Of a school each status apart, with its own LIMIT: of one that is rare there the others would all be read.
  const apart = filter.side === 'everyone' && !filter.status;
  if (apart) conditions.push('status = wanted.status');
  const { where, orderAndLimit } = keyset(page, order, 'DESC', values);
  const found = `SELECT * FROM tutor_student_relation WHERE ${conditions.join(' AND ')}${where}${orderAndLimit}`;
  const each = `SELECT relation.* FROM unnest(enum_range(NULL::relation_status)) AS wanted (status)
    CROSS JOIN LATERAL (${found}) relation${orderAndLimit}`;
  return on.sql(`SELECT ${columns} FROM (${apart ? each : found}) relation${orderAndLimit}`, ...values);
}

/** Whether the pair has an open invitation or an active relation. */
export async function hasOpenRelation(on: Queryable, organizationId: string, pair: Pair): Promise<boolean> {
  const rows = await on.sql(
    `SELECT id FROM tutor_student_relation WHERE organization_id = $1::uuid AND tutor_id = $2::uuid
       AND student_id = $3::uuid AND status IN ('INVITED', 'ACTIVE') LIMIT 1`,
    organizationId,
    pair.tutorId,
    pair.studentId,
  );
  return rows.length > 0;
}

/** Adds an invitation. */
export async function insertInvitation(
  on: Queryable,
  invitation: Pair & { readonly id: string; readonly organizationId: string; readonly note: string | null },
): Promise<Relation> {
  const [relation] = await on.sql<Relation>(
    `INSERT INTO tutor_student_relation (id, organization_id, tutor_id, student_id, status, note)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, 'INVITED', $5::text) RETURNING ${columns}`,
    invitation.id,
    invitation.organizationId,
    invitation.tutorId,
    invitation.studentId,
    invitation.note,
  );
  return relation as Relation;
}

/** Moves a relation from one status to another; null when it is not in the first any more. */
export async function moveRelation(
  on: Queryable,
  organizationId: string,
  id: string,
  change: { readonly from: RelationStatus; readonly to: RelationStatus; readonly endedAt: Date | null },
): Promise<Relation | null> {
  const rows = await on.sql<Relation>(
    `UPDATE tutor_student_relation SET status = $4::relation_status, ended_at = $5::timestamptz
     WHERE organization_id = $1::uuid AND id = $2::uuid AND status = $3::relation_status RETURNING ${columns}`,
    organizationId,
    id,
    change.from,
    change.to,
    change.endedAt,
  );
  return rows[0] ?? null;
}

/** Whether the pair's relation is active; within a transaction it cannot be ended until that is over. */
export async function holdActive(on: Queryable, organizationId: string, pair: Pair): Promise<boolean> {
  const rows = await on.sql(
    `SELECT id FROM tutor_student_relation WHERE organization_id = $1::uuid AND tutor_id = $2::uuid
       AND student_id = $3::uuid AND status = 'ACTIVE' FOR SHARE`,
    organizationId,
    pair.tutorId,
    pair.studentId,
  );
  return rows.length > 0;
}

/** Ends every active relation of a person and declines every open invitation; gives those that were active. */
export async function leaveRelations(
  on: Queryable,
  organizationId: string,
  userId: string,
  now: Date,
): Promise<Relation[]> {
  const rows = await on.sql<Relation>(
    `UPDATE tutor_student_relation
     SET status = (CASE status WHEN 'ACTIVE' THEN 'ENDED' ELSE 'DECLINED' END)::relation_status,
       ended_at = CASE status WHEN 'ACTIVE' THEN $3::timestamptz END
     WHERE organization_id = $1::uuid AND (tutor_id = $2::uuid OR student_id = $2::uuid)
       AND status IN ('INVITED', 'ACTIVE') RETURNING ${columns}`,
    organizationId,
    userId,
    now,
  );
  return rows.filter(({ status }) => status === 'ENDED');
}

/** Those of the students whom the tutor teaches now; within a transaction their relations cannot be ended until it is over. */
export async function holdActiveStudents(
  on: Queryable,
  organizationId: string,
  tutorId: string,
  studentIds: readonly string[],
): Promise<string[]> {
  const rows = await on.sql<{ studentId: string }>(
    `SELECT student_id::text AS "studentId" FROM tutor_student_relation WHERE organization_id = $1::uuid
       AND tutor_id = $2::uuid AND student_id = ANY ($3::uuid[]) AND status = 'ACTIVE' ORDER BY id FOR SHARE`,
    organizationId,
    tutorId,
    studentIds,
  );
  return rows.map(({ studentId }) => studentId);
}
