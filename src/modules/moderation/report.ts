import type { RoomKind } from '../chats/rooms.js';

/** Why somebody reports a message. */
export const reportReasons = ['HARASSMENT', 'INAPPROPRIATE', 'PERSONAL_DATA', 'SPAM', 'OTHER'] as const;
export type ReportReason = (typeof reportReasons)[number];

/** What has become of a report. */
export const reportStates = ['OPEN', 'DISMISSED', 'MESSAGE_REMOVED'] as const;
export type ReportState = (typeof reportStates)[number];

/** That somebody has reported a message to the school, with the text as it was then. */
export interface Report {
  readonly id: string;
  readonly organizationId: string;
  readonly messageId: string;
  readonly roomId: string;
  readonly roomKind: RoomKind;
  readonly authorId: string;
  readonly reporterId: string;
  readonly reason: ReportReason;
  readonly comment: string | null;
  /** Null once its author was erased. */
  readonly body: string | null;
  /** When the message was sent. */
  readonly sentAt: Date;
  readonly state: ReportState;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedById: string | null;
  /** What the admin says, for other admins. */
  readonly note: string | null;
}
