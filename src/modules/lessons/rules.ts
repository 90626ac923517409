import { violates } from '../../platform/database/failures.js';
import { AppError } from '../../shared/errors.js';
import type { Lesson } from './lesson.js';

const minute = 60_000;
const shortest = 5 * minute;
const longest = 8 * 60 * minute;

/** What is wrong with the times of a lesson that is to be booked, by the name of the input field. */
export function timeProblems(startsAt: Date, endsAt: Date, now: Date): Record<string, string[]> {
  const problems: Record<string, string[]> = {};
  if (startsAt <= now) problems['startsAt'] = ['must be in the future'];
  const length = endsAt.getTime() - startsAt.getTime();
  if (length <= 0) problems['endsAt'] = ['must be after startsAt'];
  else if (length < shortest) problems['endsAt'] = ['must be at least 5 minutes after startsAt'];
  else if (length > longest) problems['endsAt'] = ['must be at most 8 hours after startsAt'];
  return problems;
}

/** Refuses times that no lesson can be booked for, with one VALIDATION_ERROR that names both when both are wrong. */
export function requireBookable(startsAt: Date, endsAt: Date, now: Date): void {
  const problems = Object.entries(timeProblems(startsAt, endsAt, now));
  if (problems.length === 0) return;
  const fields = Object.fromEntries(problems.map(([name, messages]) => [`input.${name}`, messages]));
  throw new AppError('VALIDATION_ERROR', fields);
}

/** Refuses a change that was made with an older state in mind: LESSON_CONFLICT tells the present version. */
export function requireVersion(lesson: Lesson, expected: number | null | undefined): void {
  if (expected != null && expected !== lesson.version)
    throw new AppError('LESSON_CONFLICT', { 'input.expectedVersion': [`is ${lesson.version}`] });
}

/** SLOT_TAKEN at an input path, saying whose lesson is in the way. */
export function slotTakenBy(whose: 'tutor' | 'student', path: string, cause?: unknown): AppError {
  return new AppError('SLOT_TAKEN', { [path]: [`the ${whose} has another lesson`] }, { cause });
}

/** `slotTakenBy` for the violation of an exclusion constraint; else the error itself. */
export function slotTaken(error: unknown, path = 'input.startsAt'): unknown {
  if (violates(error, 'lesson_tutor_no_overlap')) return slotTakenBy('tutor', path, error);
  if (violates(error, 'lesson_student_no_overlap')) return slotTakenBy('student', path, error);
  return error;
}
