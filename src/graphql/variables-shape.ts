import { AppError, type FieldProblem } from '../shared/errors.js';
import type { DocumentLimits } from './guard-limits.js';

/** What a number, a boolean or a null counts for. */
const plainBytes = 8;

/**
 * Fails with DOCUMENT_TOO_COMPLEX when variables are too many, too large or too deep, and with VALIDATION_ERROR for one
 * that would be a prototype. It looks at each value once and
 * stops at the first limit, before anything is coerced: coercion takes microseconds for each value and keeps errors.
 */
export function checkVariables(variables: unknown, limits: DocumentLimits): void {
  // Anywhere deeper it is a field that no input has; here it would be a variable that nobody declared, and be ignored.
  if (typeof variables === 'object' && variables !== null && Object.hasOwn(variables, '__proto__'))
    throw new AppError('VALIDATION_ERROR', { 'variables.__proto__': [{ rule: 'DEFINED' }] });
  const count = { bytes: 0, values: 0 };
  // Not by recursion: the depth of JSON is the client's to choose, and the limit may be off.
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value: variables, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string') count.bytes += value.length;
    else if (typeof value !== 'object' || value === null) count.bytes += plainBytes;
    else {
      if (limits.variableDepth > 0 && depth > limits.variableDepth)
        throw tooMuch({ rule: 'AT_MOST_NESTED', max: limits.variableDepth });
      const names = Array.isArray(value) ? null : Object.keys(value);
      const values: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
      count.values += values.length;
      if (limits.variableValues > 0 && count.values > limits.variableValues)
        throw tooMuch({ rule: 'AT_MOST_VALUES', max: limits.variableValues });
      for (const name of names ?? []) count.bytes += name.length;
      for (const inner of values) waiting.push({ value: inner, depth: depth + 1 });
    }
    if (limits.variableBytes > 0 && count.bytes > limits.variableBytes)
      throw tooMuch({ rule: 'AT_MOST_BYTES', max: limits.variableBytes });
  }
}

function tooMuch(problem: FieldProblem): AppError {
  return new AppError('DOCUMENT_TOO_COMPLEX', { variables: [problem] });
}
