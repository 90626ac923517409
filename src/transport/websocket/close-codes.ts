/**
 * The codes with which the server closes a socket, besides those of graphql-transport-ws itself. The graphql-ws client
 * connects again after all but `internalError`.
 */
export const closeCodes = {
  /** The server restarts. */
  serviceRestart: 1012,
  /** The client is too slow, or the service cannot serve it right now. */
  tryAgainLater: 1013,
  /** The token is bad or has expired, or its session has ended. */
  forbidden: 4403,
  internalError: 4500,
} as const;
