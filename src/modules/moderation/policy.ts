import { may } from '../../shared/permissions.js';
import type { Viewer } from '../../shared/viewer.js';
import type { Report } from './report.js';

/** Whether the viewer sees the reports of the school and decides about them. */
export function canModerate(viewer: Viewer): boolean {
  return may(viewer, 'message:moderate');
}

/** Whether a report exists for the viewer: who made it, and who decides about it. The author of the message is not told. */
export function canSeeReport(viewer: Viewer, report: Pick<Report, 'organizationId' | 'reporterId'>): boolean {
  if (viewer.organizationId !== report.organizationId) return false;
  return viewer.userId === report.reporterId || canModerate(viewer);
}

/** The report as the viewer may see it: who decided, and what they say about it, is for those who decide. */
export function reportAsSeen(viewer: Viewer, report: Report): Report {
  return canModerate(viewer) ? report : { ...report, resolvedById: null, note: null };
}

/** Whether the viewer may report a message that they can read: one of somebody else. */
export function canReport(viewer: Viewer, message: { readonly authorId: string }): boolean {
  return viewer.userId !== message.authorId;
}
