import { violates } from '../../platform/database/failures.js';
import { AppError } from '../../shared/errors.js';
import type { Lesson } from './lesson.js';

const minute = 60_000;
const shortest = 5 * minute;
const longest = 8 * 60 * minute;

/** Refuses times that no lesson can be booked for, with one VALIDATION_ERROR that names both when both are wrong. */
export function requireBookable(startsAt: Date, endsAt: Date, now: Date): void {
  const fields: Record<string, string[]> = {};
  if (startsAt <= now) fields['input.startsAt'] = ['must be in the future'];
  const length = endsAt.getTime() - startsAt.getTime();
  if (length <= 0) fields['input.endsAt'] = ['must be after startsAt'];
  else if (length < shortest) fields['input.endsAt'] = ['must be at least 5 minutes after startsAt'];
  else if (length > longest) fields['input.endsAt'] = ['must be at most 8 hours after startsAt'];
  if (Object.keys(fields).length > 0) throw new AppError('VALIDATION_ERROR', fields);
}

/** Refuses a change that was made with an older state in mind: LESSON_CONFLICT tells the present version. */
export function requireVersion(lesson: Lesson, expected: number | null | undefined): void {
  if (expected != null && expected !== lesson.version)
    throw new AppError('LESSON_CONFLICT', { 'input.expectedVersion': [`is ${lesson.version}`] });
}

/** SLOT_TAKEN, saying whose lesson is in the way, for the violation of an exclusion constraint; else the error itself. */
export function slotTaken(error: unknown): unknown {
  const whose = violates(error, 'lesson_tutor_no_overlap')
    ? 'tutor'
    : violates(error, 'lesson_student_no_overlap')
      ? 'student'
      : null;
  if (!whose) return error;
  return new AppError(
    'SLOT_TAKEN',
    { 'input.startsAt': [`the ${whose} has another lesson`] },
    { cause: error },
  );
}
