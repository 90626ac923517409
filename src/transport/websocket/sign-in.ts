import { expectedError } from '../../graphql/format-error.js';
import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logger.js';
import { AppError } from '../../shared/errors.js';
import { allOf, type Few, withOne, withoutOne } from '../../shared/few.js';
import type { Authenticate, Authenticated } from '../authentication.js';
import { isClosingCode } from './close-codes.js';
import type { Connection } from './connection.js';

/** Knows who is on which socket, and ends sockets with their token, their session or their user. */
export interface SignIn {
  /**
   * Reads the token of `connection_init`; without one the socket is anonymous. False when the socket was closed
   * instead: 4403 for a bad token, 1013 when it could not be read right now or the user has too many sockets.
   */
  admit(connection: Connection, token: unknown): Promise<boolean>;
  /**
   * Takes a fresh token of the same session for an open socket and gives its end, which is now the socket's. Throws
   * UNAUTHENTICATED, and whatever reading a token throws; the socket then stays until its former end.
   */
  renew(connection: Connection, token: string): Promise<Date>;
  /** The socket is gone. */
  leave(connection: Connection): void;
  /** Ends the subscriptions of a session or a user with SUBSCRIPTION_REVOKED, and closes its sockets with 4403. */
  endAccess(of: EndedAccess): void;
}

/** A session or a user that is no more. */
export interface EndedAccess {
  readonly kind: 'session' | 'user';
  readonly id: string;
}

export interface SignInOptions {
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Open sockets of one user; 0 for any number. */
  readonly socketsPerUser: number;
}

/** What runs when access ends, such as the sign-out itself, may still answer. */
const answerWithinMs = 500;

/** Creates the register of signed-in sockets. */
export function createSignIn({ authenticate, clock, logger, socketsPerUser }: SignInOptions): SignIn {
  const byUser = new Register();
  const bySession = new Register();
  /** What ended while a token was being read, which may have been read just before. */
  const reading = new Set<Set<string>>();

  async function read(token: string): Promise<Authenticated | null> {
    const ended = new Set<string>();
    reading.add(ended);
    try {
      const authenticated = await authenticate(token);
      const { sessionId, userId } = authenticated.viewer;
      return ended.has(sessionId) || ended.has(userId) ? null : authenticated;
    } finally {
      reading.delete(ended);
    }
  }

  function register(connection: Connection, { viewer, expiresAt }: Authenticated): void {
    const { userId } = viewer;
    if (socketsPerUser > 0 && byUser.of(userId).length >= socketsPerUser) {
      connection.endWith('TOO_MANY_SOCKETS');
      return;
    }
    const { sessionId } = viewer;
    byUser.enter(userId, connection);
    bySession.enter(sessionId, connection);
    stay(connection, expiresAt);
    connection.viewer = viewer;
  }

  /** Until when the token lets it. */
  function stay(connection: Connection, until: Date): void {
    connection.expireIn(until.getTime() - clock.now().getTime());
  }

  function refuse(connection: Connection, error: unknown): void {
    const code = expectedError(error)?.code;
    if (code === undefined) {
      logger.error({ err: error, requestId: connection.requestId }, 'a token could not be read');
      connection.endWith('INTERNAL_ERROR');
    } else {
      connection.endWith(isClosingCode(code) ? code : 'UNAUTHENTICATED');
    }
  }

  return {
    async admit(connection, token) {
      if (token === undefined || token === null) return connection.open;
      try {
        const authenticated = typeof token === 'string' ? await read(token) : null;
        if (!authenticated) connection.endWith('UNAUTHENTICATED');
        else if (connection.open) register(connection, authenticated);
      } catch (error) {
        refuse(connection, error);
      }
      return connection.open;
    },

    async renew(connection, token) {
      const authenticated = await read(token);
      const present = connection.viewer;
      if (!authenticated || authenticated.viewer.sessionId !== present?.sessionId)
        throw new AppError('UNAUTHENTICATED', { accessToken: [{ rule: 'OF_THIS_SESSION' }] });
      stay(connection, authenticated.expiresAt);
      connection.viewer = authenticated.viewer;
      return authenticated.expiresAt;
    },

    leave(connection) {
      const { viewer } = connection;
      if (!viewer) return;
      byUser.leave(viewer.userId, connection);
      bySession.leave(viewer.sessionId, connection);
    },

    endAccess({ kind, id }) {
      for (const ended of reading) ended.add(id);
      const register = kind === 'user' ? byUser : bySession;
      for (const connection of register.of(id)) connection.revoke(answerWithinMs);
    },
  };
}

/** Sockets under a key. */
class Register {
  readonly #sockets = new Map<string, Few<Connection>>();

  /** Those that are there now. */
  of(key: string): readonly Connection[] {
    return allOf(this.#sockets.get(key) ?? null);
  }

  enter(key: string, connection: Connection): void {
    this.#put(key, withOne(this.#sockets.get(key) ?? null, connection));
  }

  leave(key: string, connection: Connection): void {
    this.#put(key, withoutOne(this.#sockets.get(key) ?? null, connection));
  }

  #put(key: string, sockets: Few<Connection>): void {
    if (sockets) this.#sockets.set(key, sockets);
    else this.#sockets.delete(key);
  }
}
