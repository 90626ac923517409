/**
 * The codes with which the server closes a socket, besides those of graphql-transport-ws itself. The graphql-ws client
 * connects again after all but `internalError`.
 */
export const closeCodes = {
  /** The server restarts. */
  serviceRestart: 1012,
  /** A limit was passed, the client is too slow, or the service cannot serve it right now. */
  tryAgainLater: 1013,
  /** The token is bad or has expired, or its session or user has ended. */
  forbidden: 4403,
  internalError: 4500,
} as const;

const known = new Set([
  1000, 1001, 1002, 1005, 1006, 1009, 1012, 1013, 4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500,
]);

/** A close code as a metric's label: clients may send any. */
export function closeLabel(code: number): string {
  return known.has(code) ? String(code) : 'other';
}
