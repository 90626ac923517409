import { AppError, type FieldProblem } from '../../shared/errors.js';
import type { Conflict } from './lesson-store.js';

/** How many taken slots an error names. */
const named = 10;

/** SLOT_TAKEN that says at which starts, and whose lesson is in the way. */
export function slotsTaken(
  path: string,
  conflicts: readonly Conflict[],
  slots: readonly { readonly startsAt: Date }[],
): AppError {
  const problems = conflicts.slice(0, named).map(({ index, whose }): FieldProblem => {
    const rule = whose === 'tutor' ? 'TUTOR_BUSY_AT' : 'STUDENT_BUSY_AT';
    return { rule, at: slots[index]?.startsAt.toISOString() ?? '' };
  });
  return new AppError('SLOT_TAKEN', { [path]: problems });
}
