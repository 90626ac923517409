import { recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { encodeId, newId } from '../../shared/ids.js';
import { type Connection, type Page, toConnection } from '../../shared/pagination.js';
import { RateLimited } from '../../shared/rate-limited.js';
import type { Viewer } from '../../shared/viewer.js';
import type { AccountService } from '../accounts/service.js';
import type { ChatService } from '../chats/service.js';
import { canModerate, canReport, canSeeReport, reportAsSeen } from './policy.js';
import type { Report, ReportReason, ReportState } from './report.js';
import {
  findNthReportTime,
  findOwnReport,
  findReports,
  insertReport,
  listReports,
  settleReports,
} from './store.js';

/** What somebody says about a message. */
export interface Complaint {
  readonly messageId: string;
  readonly reason: ReportReason;
  readonly comment: string | null;
}

/** What an admin decides about a report. */
export interface Resolution {
  readonly state: Exclude<ReportState, 'OPEN'>;
  readonly note: string | null;
}

interface ReportQueue {
  enqueue(
    item: {
      readonly eventType: 'message.reported';
      readonly organizationId: string;
      readonly payload: { readonly reportId: string };
    },
    tx: UnitOfWork,
  ): Promise<string>;
}

export interface ModerationOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly queue: ReportQueue;
  readonly accounts: Pick<AccountService, 'lockPeople'>;
  readonly chats: Pick<ChatService, 'messagesByIds' | 'changes'>;
}

const day = 86_400_000;
/** Reports of one person in a day. */
const maxReports = 20;
/** A report that nobody looks at is kept for a year, a resolved one so that a decision can be explained. */
const openDays = 365;
const resolvedDays = 90;

/** Creates the reports of messages, and what becomes of them. */
export function createModerationService(options: ModerationOptions) {
  const { database, clock, queue, accounts, chats } = options;
  const later = (from: Date, days: number) => new Date(from.getTime() + days * day);

  async function requirePlace(tx: UnitOfWork, { organizationId, userId }: Viewer, now: Date): Promise<void> {
    const oldest = await findNthReportTime(tx, organizationId, userId, later(now, -1), maxReports);
    if (oldest) throw new RateLimited(oldest.getTime() + day - now.getTime());
  }

  async function find({ organizationId }: Viewer, id: string): Promise<Report> {
    const [report] = await findReports(database, organizationId, [id]);
    if (!report) throw new AppError('REPORT_NOT_FOUND');
    return report;
  }

  return {
    /**
     * Reports a message that the viewer can read, once: again, it gives the same report. MESSAGE_NOT_FOUND, FORBIDDEN for
     * one's own, MESSAGE_DELETED, RATE_LIMITED.
     */
    async report(viewer: Viewer, { messageId, reason, comment }: Complaint): Promise<Report> {
      const { organizationId, userId: reporterId } = viewer;
      const [message] = await chats.messagesByIds(viewer, [messageId]);
      if (!message || message instanceof AppError) throw new AppError('MESSAGE_NOT_FOUND');
      if (!canReport(viewer, message)) throw new AppError('FORBIDDEN');
      return database.transaction(async (tx) => {
        // Two at once wait for one another, and neither of the two people can be erased meanwhile.
        await accounts.lockPeople(tx, organizationId, [reporterId, message.authorId]);
        const own = await findOwnReport(tx, organizationId, reporterId, messageId);
        if (own) return reportAsSeen(viewer, own);
        const now = clock.now();
        await requirePlace(tx, viewer, now);
        const made = { id: newId(), organizationId, messageId, reporterId, reason, comment };
        const report = await insertReport(tx, { ...made, createdAt: now, keptUntil: later(now, openDays) });
        if (!report) throw new AppError('MESSAGE_DELETED');
        const payload = { reportId: report.id };
        await queue.enqueue({ eventType: 'message.reported', organizationId, payload }, tx);
        const subject = encodeId('report', report.id);
        const detail = { reason };
        await recordAudit(tx, {
          ...{ organizationId, actorId: reporterId, action: 'message-report.made', subject, detail },
        });
        return report;
      });
    },

    /** Reports in the order of `ids`: the viewer's own, and to admins the school's; else REPORT_NOT_FOUND. */
    async byIds(viewer: Viewer, ids: readonly string[]): Promise<(Report | AppError)[]> {
      const found = await findReports(database, viewer.organizationId, ids);
      const visible = found.filter((one) => canSeeReport(viewer, one));
      const seen = new Map(visible.map((one) => [one.id, reportAsSeen(viewer, one)]));
      return ids.map((id) => seen.get(id) ?? new AppError('REPORT_NOT_FOUND'));
    },

    /** The school's reports, the newest first. FORBIDDEN to all but admins. */
    async reports(viewer: Viewer, state: ReportState | null, page: Page): Promise<Connection<Report>> {
      if (!canModerate(viewer)) throw new AppError('FORBIDDEN');
      const rows = await listReports(database, viewer.organizationId, state, page);
      return toConnection(rows, page, ({ createdAt, id }) => [createdAt.toISOString(), id]);
    },

    /**
     * Dismisses a report, or removes its message and resolves all open reports of it; a second time changes nothing. One
     * that was dismissed can still end in a removal, and nothing follows that. FORBIDDEN, REPORT_NOT_FOUND, REPORT_RESOLVED.
     */
    async resolve(viewer: Viewer, id: string, { state, note }: Resolution): Promise<Report> {
      if (!canModerate(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId, userId: resolvedById } = viewer;
      const { messageId } = await find(viewer, id);
      const settle = async (tx: UnitOfWork) => {
        const now = clock.now();
        const keptUntil = later(now, resolvedDays);
        const settled = { organizationId, id, state, resolvedById, note, resolvedAt: now, keptUntil };
        const reports = await settleReports(tx, settled);
        if (reports === 0) return;
        const subject = encodeId('report', id);
        const detail = { state, reports };
        await recordAudit(tx, {
          ...{ organizationId, actorId: resolvedById, action: 'message-report.resolved', subject, detail },
        });
      };
      if (state === 'MESSAGE_REMOVED') await chats.changes.removeForSchool(viewer, messageId, settle);
      else await database.transaction(settle);
      const report = await find(viewer, id);
      if (report.state !== state) throw new AppError('REPORT_RESOLVED');
      return report;
    },
  };
}

/** Moderation, as `createModerationService` makes it. */
export type ModerationService = ReturnType<typeof createModerationService>;
