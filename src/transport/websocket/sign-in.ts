import { expectedError } from '../../graphql/format-error.js';
import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logger.js';
import type { Authenticate, Authenticated } from '../authentication.js';
import { closeCodes } from './close-codes.js';
import type { Connection } from './connection.js';

/** Knows who is on which socket, and ends sockets with their token or their session. */
export interface SignIn {
  /**
   * Reads the token of `connection_init`; without one the socket is anonymous. False when the socket was closed
   * instead: 4403 for a bad token, 1013 when it could not be read right now.
   */
  admit(connection: Connection, token: unknown): Promise<boolean>;
  /** Closes the sockets of a session with 4403. */
  closeSession(sessionId: string): void;
}

export interface SignInOptions {
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The longest wait that a timer takes. */
const longestTimerMs = 2 ** 31 - 1;

/** Creates the register of signed-in sockets. */
export function createSignIn({ authenticate, clock, logger }: SignInOptions): SignIn {
  const bySession = new Map<string, Set<Connection>>();
  /** Sessions that ended while a token was being read, which may have been read just before. */
  const reading = new Set<Set<string>>();

  async function read(token: string): Promise<Authenticated | null> {
    const ended = new Set<string>();
    reading.add(ended);
    try {
      const authenticated = await authenticate(token);
      return ended.has(authenticated.viewer.sessionId) ? null : authenticated;
    } finally {
      reading.delete(ended);
    }
  }

  function register(connection: Connection, { viewer, expiresAt }: Authenticated): void {
    const { sessionId } = viewer;
    const sockets = bySession.get(sessionId) ?? new Set();
    bySession.set(sessionId, sockets.add(connection));
    const remaining = Math.min(expiresAt.getTime() - clock.now().getTime(), longestTimerMs);
    const expiry = setTimeout(
      () => connection.end(closeCodes.forbidden, 'UNAUTHENTICATED'),
      Math.max(remaining, 0),
    );
    connection.onEnd(() => {
      clearTimeout(expiry);
      sockets.delete(connection);
      if (sockets.size === 0) bySession.delete(sessionId);
    });
    connection.viewer = viewer;
  }

  function refuse(connection: Connection, error: unknown): void {
    const code = expectedError(error)?.code;
    if (code === undefined) {
      logger.error({ err: error, requestId: connection.requestId }, 'a token could not be read');
      connection.end(closeCodes.internalError, 'INTERNAL_ERROR');
    } else {
      connection.end(code === 'SERVICE_UNAVAILABLE' ? closeCodes.tryAgainLater : closeCodes.forbidden, code);
    }
  }

  return {
    async admit(connection, token) {
      if (token === undefined || token === null) return connection.open;
      try {
        const authenticated = typeof token === 'string' ? await read(token) : null;
        if (!authenticated) connection.end(closeCodes.forbidden, 'UNAUTHENTICATED');
        else if (connection.open) register(connection, authenticated);
      } catch (error) {
        refuse(connection, error);
      }
      return connection.open;
    },

    closeSession(sessionId) {
      for (const ended of reading) ended.add(sessionId);
      for (const connection of [...(bySession.get(sessionId) ?? [])]) {
        connection.end(closeCodes.forbidden, 'SESSION_EXPIRED');
      }
    },
  };
}
