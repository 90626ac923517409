import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';
import { kindOfMessage } from '../chats/room-kinds.js';
import type { Report, ReportReason, ReportState } from './report.js';

const columns = `r.id, r.organization_id AS "organizationId", r.message_id AS "messageId", r.room_id AS "roomId",
  r.room_kind AS "roomKind", r.author_id AS "authorId", r.reporter_id AS "reporterId", r.reason::text AS reason, r.comment,
  r.body, r.sent_at AS "sentAt", r.state::text AS state, r.created_at AS "createdAt", r.resolved_at AS "resolvedAt",
  r.resolved_by_id AS "resolvedById", r.note`;

/** The reports of the school with these ids, whoever may see them; absent ones are left out. */
export function findReports(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<Report[]> {
  return on.sql(
    `SELECT ${columns} FROM message_report r WHERE r.organization_id = $1::uuid AND r.id = ANY ($2::uuid[])`,
    organizationId,
    ids,
  );
}

/** A page of the school's reports, of one state or of all, the newest first; one row more than the page. */
export function listReports(
  on: Queryable,
  organizationId: string,
  state: ReportState | null,
  page: Page,
): Promise<Report[]> {
  const values: unknown[] = state ? [organizationId, state] : [organizationId];
  const order = [
    { name: 'r.created_at', type: 'timestamptz' },
    { name: 'r.id', type: 'uuid' },
  ] as const;
  const { where, orderAndLimit } = keyset(page, order, 'DESC', values);
  const ofState = state ? ' AND r.state = $2::message_report_state' : '';
  return on.sql(
    `SELECT ${columns} FROM message_report r WHERE r.organization_id = $1::uuid${ofState}${where}${orderAndLimit}`,
    ...values,
  );
}

/** The report of a message by this person. */
export async function findOwnReport(
  on: Queryable,
  organizationId: string,
  reporterId: string,
  messageId: string,
): Promise<Report | null> {
  const [row] = await on.sql<Report>(
    `SELECT ${columns} FROM message_report r
      WHERE r.organization_id = $1::uuid AND r.reporter_id = $2::uuid AND r.message_id = $3::uuid`,
    organizationId,
    reporterId,
    messageId,
  );
  return row ?? null;
}

/** When this person made the `nth` last report since then; null when they made fewer. */
export async function findNthReportTime(
  on: Queryable,
  organizationId: string,
  reporterId: string,
  since: Date,
  nth: number,
): Promise<Date | null> {
  const [row] = await on.sql<{ at: Date }>(
    `SELECT r.created_at AS at FROM message_report r
      WHERE r.organization_id = $1::uuid AND r.reporter_id = $2::uuid AND r.created_at > $3::timestamptz
      ORDER BY r.created_at DESC OFFSET $4::int LIMIT 1`,
    organizationId,
    reporterId,
    since,
    nth - 1,
  );
  return row?.at ?? null;
}

/** What is written of a new report. */
export interface NewReport {
  readonly id: string;
  readonly organizationId: string;
  readonly messageId: string;
  readonly reporterId: string;
  readonly reason: ReportReason;
  readonly comment: string | null;
  readonly createdAt: Date;
  readonly keptUntil: Date;
}

/** Copies a message into a report, as it is in this moment; null when it has just been deleted. */
export async function insertReport(on: Queryable, made: NewReport): Promise<Report | null> {
  const [row] = await on.sql<Report>(
    `WITH m AS (
       SELECT * FROM chat_message m WHERE m.organization_id = $2::uuid AND m.id = $3::uuid AND m.deleted_at IS NULL FOR SHARE
     )
     INSERT INTO message_report AS r (id, organization_id, message_id, room_id, room_kind, author_id, reporter_id, reason,
       comment, body, sent_at, created_at, kept_until)
     SELECT $1::uuid, m.organization_id, m.id, m.room_id, ${kindOfMessage}, m.author_id, $4::uuid,
            $5::message_report_reason, $6::text, m.body, m.created_at, $7::timestamptz, $8::timestamptz FROM m
     RETURNING ${columns}`,
    ...[made.id, made.organizationId, made.messageId, made.reporterId, made.reason, made.comment],
    ...[made.createdAt, made.keptUntil],
  );
  return row ?? null;
}

/** What becomes of a report. */
export interface Settlement {
  readonly organizationId: string;
  readonly id: string;
  readonly state: Exclude<ReportState, 'OPEN'>;
  readonly resolvedById: string;
  readonly note: string | null;
  readonly resolvedAt: Date;
  readonly keptUntil: Date;
}

/**
 * Settles a report, and with a removal all open ones of its message; gives how many. None when it has this state already
 * or its message was removed: a removal is the end.
 */
export async function settleReports(on: Queryable, settled: Settlement): Promise<number> {
  const rows = await on.sql(
    `UPDATE message_report r
        SET state = $3::message_report_state, resolved_by_id = $4::uuid, note = $5::text, resolved_at = $6::timestamptz,
            kept_until = $7::timestamptz
       FROM message_report chosen
      WHERE chosen.organization_id = $1::uuid AND chosen.id = $2::uuid AND r.organization_id = chosen.organization_id
        AND r.message_id = chosen.message_id AND chosen.state NOT IN ('MESSAGE_REMOVED', $3::message_report_state)
        AND (r.id = chosen.id AND r.state NOT IN ('MESSAGE_REMOVED', $3::message_report_state)
             OR r.state = 'OPEN' AND $3::message_report_state = 'MESSAGE_REMOVED')
      RETURNING r.id`,
    ...[settled.organizationId, settled.id, settled.state, settled.resolvedById, settled.note],
    ...[settled.resolvedAt, settled.keptUntil],
  );
  return rows.length;
}

/** Removes reports that are not kept any more, at most `limit`; gives how many. */
export async function removeOldReports(on: Queryable, now: Date, limit: number): Promise<number> {
  const rows = await on.sql(
    `DELETE FROM message_report WHERE id = ANY (ARRAY(
       SELECT id FROM message_report WHERE kept_until <= $1::timestamptz ORDER BY kept_until LIMIT $2::int
          FOR UPDATE SKIP LOCKED))
     RETURNING 1 AS removed`,
    now,
    limit,
  );
  return rows.length;
}
