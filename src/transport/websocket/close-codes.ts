import type { ErrorDefinition } from '../../shared/errors/definition.js';
import { type ErrorCode, errorCatalogue } from '../../shared/errors.js';

/**
 * The error codes that can close a socket; the catalogue says with which number. The graphql-ws client connects again
 * after all but INTERNAL_ERROR (4500).
 */
export type ClosingCode = {
  [Code in ErrorCode]: (typeof errorCatalogue)[Code] extends { readonly socket: number } ? Code : never;
}[ErrorCode];

/** The close code of an error code. */
export function closeCodeOf(code: ClosingCode): number {
  return errorCatalogue[code].socket;
}

/** Whether an error code can close a socket. */
export function isClosingCode(code: ErrorCode): code is ClosingCode {
  const { socket }: ErrorDefinition = errorCatalogue[code];
  return typeof socket === 'number';
}

/** SERVICE_UNAVAILABLE at the end of the server, so that clients come back at once to another one (RFC 6455: 1012). */
export const serviceRestart = 1012;

const known = new Set([
  1000, 1001, 1002, 1005, 1006, 1007, 1009, 1012, 1013, 4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500,
]);

/** A close code as a metric's label: clients may send any. */
export function closeLabel(code: number): string {
  return known.has(code) ? String(code) : 'other';
}
