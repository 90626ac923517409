import type { NoShowParty } from '../../generated/prisma/enums.js';
import { groupBy } from '../../shared/group-by.js';
import type { Lesson } from './lesson.js';

/** That somebody came or left, on one of their devices. */
export interface AttendanceEvent {
  readonly userId: string;
  readonly sessionId: string;
  readonly at: Date;
  readonly present: boolean;
}

/** That somebody was there, from when to when. */
export interface AttendanceInterval {
  readonly userId: string;
  readonly from: Date;
  /** Null while they are there. */
  readonly to: Date | null;
}

/**
 * Who was there when, by person and time: one interval for what overlaps on several devices. Only the times of the
 * events count, not the order in which they were written; coming twice, or leaving twice, is doing it once.
 */
export function intervalsOf(events: readonly AttendanceEvent[]): AttendanceInterval[] {
  const people = groupBy(events, ({ userId }) => userId);
  return [...people].flatMap(([userId, own]) => personIntervals(userId, own));
}

function personIntervals(userId: string, events: readonly AttendanceEvent[]): AttendanceInterval[] {
  const intervals: AttendanceInterval[] = [];
  const devices = new Set<string>();
  let from: Date | null = null;
  // At one time, coming is before leaving: who goes from one device to another was there all along.
  const byTime = (a: AttendanceEvent, b: AttendanceEvent) =>
    a.at.getTime() - b.at.getTime() || Number(b.present) - Number(a.present);
  for (const { at, sessionId, present } of [...events].sort(byTime)) {
    if (present) devices.add(sessionId);
    else devices.delete(sessionId);
    if (present) from ??= at;
    if (devices.size === 0 && from) {
      intervals.push({ userId, from, to: at });
      from = null;
    }
  }
  if (from) intervals.push({ userId, from, to: null });
  return intervals;
}

/** Whether the person was there at any time of the lesson itself: who left before the start did not attend. */
export function attended(
  { startsAt, endsAt }: Pick<Lesson, 'startsAt' | 'endsAt'>,
  userId: string,
  intervals: readonly AttendanceInterval[],
): boolean {
  return intervals.some(
    (one) => one.userId === userId && one.from < endsAt && (one.to === null || one.to > startsAt),
  );
}

/** Who did not come; null when both came. */
export function absentParty(lesson: Lesson, intervals: readonly AttendanceInterval[]): NoShowParty | null {
  const tutor = attended(lesson, lesson.tutorId, intervals);
  const student = attended(lesson, lesson.studentId, intervals);
  if (tutor && student) return null;
  return tutor ? 'STUDENT' : student ? 'TUTOR' : 'BOTH';
}
