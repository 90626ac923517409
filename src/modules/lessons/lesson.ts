import type { Cursor } from '../../channels/cursor.js';
import type { LessonStatus, NoShowParty } from '../../generated/prisma/enums.js';
import type { Connection } from '../../shared/pagination.js';

export interface Cancellation {
  readonly byId: string;
  readonly at: Date;
  readonly reason: string | null;
  /** Whether it came inside the policy window that was frozen at booking. */
  readonly late: boolean;
}

/** A lesson of one tutor and one student, as stored. */
export interface Lesson {
  readonly id: string;
  readonly organizationId: string;
  readonly tutorId: string;
  readonly studentId: string;
  readonly title: string;
  readonly notes: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly status: LessonStatus;
  /** Counts changes; 1 at first. */
  readonly version: number;
  readonly cancellationWindowMinutes: number;
  readonly cancellation: Cancellation | null;
  readonly noShowParty: NoShowParty | null;
  /** When it became COMPLETED or NO_SHOW for the first time. */
  readonly outcomeAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A lesson with the position in its channel that this state covers. */
export interface LessonView extends Lesson {
  readonly eventCursor: Cursor;
}

/** A page of lessons with the position in the viewer's lesson channel that it covers. */
export interface LessonPage extends Connection<LessonView> {
  readonly eventCursor: Cursor;
}

/** What a list of lessons is narrowed to. */
export interface LessonFilter {
  /** Starts at or after. */
  readonly from?: Date | null | undefined;
  /** Starts before. */
  readonly to?: Date | null | undefined;
  readonly status?: readonly LessonStatus[] | null | undefined;
  /** The tutor or the student. */
  readonly withUserId?: string | null | undefined;
  /** Every word of it begins a word of the title or the notes. */
  readonly text?: string | null | undefined;
}

/** One line of a lesson's history: how it came to this version. */
export interface LessonHistoryEntry {
  readonly lessonId: string;
  readonly version: number;
  readonly at: Date;
  /** Null for the system. */
  readonly byId: string | null;
  /** A `LessonChange`. */
  readonly change: string;
  readonly from: string | null;
  readonly to: string | null;
}
