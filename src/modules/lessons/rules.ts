import { violates } from '../../platform/database/failures.js';
import { AppError, type FieldProblem } from '../../shared/errors.js';
import type { Lesson } from './lesson.js';

const minute = 60_000;
const shortestMinutes = 5;
const longestHours = 8;

/** What is wrong with the times of a lesson that is to be booked, by the name of the input field. */
export function timeProblems(startsAt: Date, endsAt: Date, now: Date): Record<string, FieldProblem[]> {
  const problems: Record<string, FieldProblem[]> = {};
  if (startsAt <= now) problems['startsAt'] = [{ rule: 'IN_FUTURE' }];
  const length = endsAt.getTime() - startsAt.getTime();
  const other = 'startsAt';
  if (length <= 0) problems['endsAt'] = [{ rule: 'AFTER', other }];
  else if (length < shortestMinutes * minute)
    problems['endsAt'] = [{ rule: 'MINUTES_AFTER', min: shortestMinutes, other }];
  else if (length > longestHours * 60 * minute)
    problems['endsAt'] = [{ rule: 'HOURS_AFTER', max: longestHours, other }];
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
    throw new AppError('LESSON_CONFLICT', {
      'input.expectedVersion': [{ rule: 'IS_VERSION', version: lesson.version }],
    });
}

/** SLOT_TAKEN at an input path, saying whose lesson is in the way. */
export function slotTakenBy(whose: 'tutor' | 'student', path: string, cause?: unknown): AppError {
  return new AppError(
    'SLOT_TAKEN',
    { [path]: [{ rule: whose === 'tutor' ? 'TUTOR_BUSY' : 'STUDENT_BUSY' }] },
    { cause },
  );
}

/** `slotTakenBy` for the violation of an exclusion constraint; else the error itself. */
export function slotTaken(error: unknown, path = 'input.startsAt'): unknown {
  if (violates(error, 'lesson_tutor_no_overlap')) return slotTakenBy('tutor', path, error);
  if (violates(error, 'lesson_student_no_overlap')) return slotTakenBy('student', path, error);
  return error;
}
