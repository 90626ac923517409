import type { AuditAction } from '../../platform/audit/record.js';
import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';

/** An entry of the audit log, as an admin reads it. */
export interface AuditEntry {
  readonly sequence: number;
  readonly occurredAt: Date;
  readonly actorId: string | null;
  readonly action: string;
  /** TypeID. */
  readonly subject: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A page of the school's audit log, the newest first, one row more than asked for. */
export function listAuditEntries(
  on: Queryable,
  organizationId: string,
  action: AuditAction | null,
  page: Page,
): Promise<AuditEntry[]> {
  const values: unknown[] = [organizationId];
  const ofAction = action === null ? '' : ` AND action = $${values.push(action)}::text`;
  const { where, orderAndLimit } = keyset(page, [{ name: 'seq', type: 'bigint' }], 'DESC', values);
  return on.sql(
    `SELECT seq::float8 AS sequence, occurred_at AS "occurredAt", actor_id AS "actorId", action, subject, detail
     FROM audit_entry WHERE organization_id = $1::uuid${ofAction}${where}${orderAndLimit}`,
    ...values,
  );
}
