import { type AuditAction, recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { encodeId, newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import type { TokenSigner } from './access-tokens.js';
import { createRefreshTokens, hashOfToken } from './refresh-tokens.js';
import {
  findOwner,
  insertSession,
  insertSessionOfKnownDevice,
  type KnownUser,
  listSessions,
  lockSessionOfToken,
  readToken,
  revokeAllSessions,
  revokeSession,
  rotateToken,
  type SessionRow,
  type TokenState,
} from './session-store.js';
import type { UserRow } from './user-store.js';

const dayMs = 86_400_000;
/** A session that is not refreshed for so long has ended. */
const idleMs = 30 * dayMs;
/** For so long a used token may come again: the client did not get our answer, or two of its tabs asked at once. */
const graceMs = 10_000;

/** What a session service is made of. */
export interface SessionOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly signer: TokenSigner;
  /** From which successors of refresh tokens are derived: the present secret first. All nodes need the same. */
  readonly refreshSecrets: readonly [string, ...string[]];
  /** Ends the sockets of a session, in the transaction that ends the session: the last thing in it. */
  readonly endSockets: (tx: UnitOfWork, sessionId: string) => Promise<void>;
}

/** A signed-in device of the viewer. */
export interface SessionView extends SessionRow {
  /** Whether it is the session of the request itself. */
  readonly current: boolean;
}

/** The tokens that a client goes on with. */
export interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
}

/** Who a request speaks for, and until when its token lets it. */
export interface Authenticated {
  readonly viewer: Viewer;
  readonly expiresAt: Date;
}

/** Whose session it is. */
export interface Owner {
  readonly userId: string;
  readonly organizationId: string;
}

type Refreshed = { readonly userId: string; readonly organizationId: string; readonly tokens: Tokens };
type Step =
  | {
      readonly kind: 'rotated';
      readonly sessionId: string;
      readonly userId: string;
      readonly organizationId: string;
      /** The token to go on with. */
      readonly successor: string;
    }
  | { readonly kind: 'reused' }
  | { readonly kind: 'unknown' };

/** Sessions: opened by a sign-in, carried on by refresh tokens that are used once, ended by their owner or by misuse. */
export function createSessions(options: SessionOptions) {
  const { database, clock, signer } = options;
  const refreshTokens = createRefreshTokens(options.refreshSecrets);

  async function tokensOf(userId: string, sessionId: string, refreshToken: string): Promise<Tokens> {
    const { token, expiresAt } = await signer.sign({ userId, sessionId }, clock.now());
    return { accessToken: token, accessTokenExpiresAt: expiresAt, refreshToken };
  }

  /** Ends a living session with its sockets, and notes who did it; gives whether there was one. */
  async function endSession(
    tx: UnitOfWork,
    sessionId: string,
    { userId, organizationId }: Owner,
    by: { readonly actorId: string | null; readonly action: AuditAction },
  ): Promise<boolean> {
    const found = await revokeSession(tx, sessionId, userId, clock.now());
    if (!found) return false;
    await recordAudit(tx, { ...by, organizationId, subject: encodeId('session', sessionId) });
    await options.endSockets(tx, sessionId);
    return true;
  }

  /** Exchanges a token while its session is locked. */
  async function exchange(tx: UnitOfWork, token: string, userAgent: string | null): Promise<Step> {
    const now = clock.now();
    const hash = hashOfToken(token);
    const session = await lockSessionOfToken(tx, hash, now);
    const state = session?.alive ? await readToken(tx, hash) : null;
    if (!session || !state) return { kind: 'unknown' };
    const { id: sessionId, userId, organizationId } = session;
    const successors = refreshTokens.successorsOf(token);
    let successor: string | undefined = successors[0];
    if (!state.usedAt) {
      await rotateToken(tx, {
        sessionId,
        used: { hash, generation: state.generation },
        successorHash: hashOfToken(successor),
        userAgent,
        now,
        expiresAt: new Date(now.getTime() + idleMs),
        forgetBefore: new Date(now.getTime() - idleMs),
      });
    } else {
      successor = successorAgain(state, successors, now);
    }
    if (!successor) {
      await endSession(tx, sessionId, session, { actorId: null, action: 'session.token-reused' });
      return { kind: 'reused' };
    }
    return { kind: 'rotated', sessionId, userId, organizationId, successor };
  }

  /** A session that is not opened yet, its first refresh token, and what the audit log is to say of it. */
  function prepare({ userId, organizationId }: Owner, userAgent: string | null) {
    const now = clock.now();
    const id = newId();
    const refreshToken = refreshTokens.first();
    const expiresAt = new Date(now.getTime() + idleMs);
    const session = { id, userId, userAgent, now, expiresAt, tokenHash: hashOfToken(refreshToken) };
    const entry = { organizationId, action: 'session.opened', subject: encodeId('session', id) } as const;
    return { session, refreshToken, entry };
  }

  return {
    /** Opens a session of the user within the caller's transaction, which it locks the end of the audit log in. */
    async open(tx: UnitOfWork, owner: Owner, userAgent: string | null): Promise<Tokens> {
      const { session, refreshToken, entry } = prepare(owner, userAgent);
      await insertSession(tx, session);
      await recordAudit(tx, { ...entry, actorId: owner.userId });
      return tokensOf(owner.userId, session.id, refreshToken);
    },

    /** Opens a session of somebody who is known by their device and password, and gives them; null when they are not. */
    async openAgain(
      owner: Owner,
      userAgent: string | null,
      known: KnownUser,
    ): Promise<{ readonly tokens: Tokens; readonly row: UserRow } | null> {
      const { session, refreshToken, entry } = prepare(owner, userAgent);
      const row = await insertSessionOfKnownDevice(database, session, known, entry);
      return row && { tokens: await tokensOf(owner.userId, session.id, refreshToken), row };
    },

    /**
     * Exchanges a refresh token for its successor and a new access token. A token that was used before ends its
     * session, unless it comes again within 10 seconds and its successor is still unused. Fails with SESSION_EXPIRED.
     */
    async refresh(token: string, userAgent: string | null): Promise<Refreshed> {
      const step = await database.transaction((tx) => exchange(tx, token, userAgent));
      if (step.kind !== 'rotated') throw new AppError('SESSION_EXPIRED');
      const { userId, organizationId, sessionId, successor } = step;
      return { userId, organizationId, tokens: await tokensOf(userId, sessionId, successor) };
    },

    /**
     * Whom an access token speaks for, as the database knows them now. Fails with UNAUTHENTICATED for a bad or
     * expired token and with SESSION_EXPIRED when the session or the user is gone.
     */
    async authenticate(token: string): Promise<Authenticated> {
      const now = clock.now();
      const { userId, sessionId, expiresAt } = await signer.verify(token, now);
      const owner = await findOwner(database, sessionId, userId, now);
      if (!owner) throw new AppError('SESSION_EXPIRED');
      return { viewer: { ...owner, sessionId }, expiresAt };
    },

    /** The viewer's living sessions, the last used first, at most 100. */
    async list(viewer: Viewer): Promise<SessionView[]> {
      const rows = await listSessions(database, viewer.userId, clock.now());
      return rows.map((row) => ({ ...row, current: row.id === viewer.sessionId }));
    },

    /** The viewer's living sessions with these ids, in their order; SESSION_NOT_FOUND in the place of any other. */
    async byIds(viewer: Viewer, ids: readonly string[]): Promise<(SessionView | AppError)[]> {
      const rows = await listSessions(database, viewer.userId, clock.now(), ids);
      const byId = new Map(rows.map((row) => [row.id, { ...row, current: row.id === viewer.sessionId }]));
      return ids.map((id) => byId.get(id) ?? new AppError('SESSION_NOT_FOUND'));
    },

    /** Ends every session of a user; pass what it gives to `endSockets`, the last thing in the same transaction. */
    revokeAll: (tx: UnitOfWork, userId: string): Promise<string[]> =>
      revokeAllSessions(tx, userId, clock.now()),

    /** Ends the sockets of sessions that end in this transaction. */
    async endSockets(tx: UnitOfWork, sessionIds: readonly string[]): Promise<void> {
      for (const id of sessionIds) await options.endSockets(tx, id);
    },

    /** Ends a living session of the viewer: its tokens are refused from now on. Fails with SESSION_NOT_FOUND. */
    async end(viewer: Viewer, sessionId: string): Promise<void> {
      const by = { actorId: viewer.userId, action: 'session.ended' } as const;
      const found = await database.transaction((tx) => endSession(tx, sessionId, viewer, by));
      if (!found) throw new AppError('SESSION_NOT_FOUND');
    },
  };
}

/** Sessions, as `createSessions` makes them. */
export type Sessions = ReturnType<typeof createSessions>;

/** The successor that a used token had, if it is an honest repetition: soon, and nobody has gone on with it. */
function successorAgain(state: TokenState, successors: readonly string[], now: Date): string | undefined {
  const { usedAt, successorHash, successorUsed } = state;
  if (!usedAt || !successorHash || successorUsed || now.getTime() - usedAt.getTime() > graceMs)
    return undefined;
  return successors.find((successor) => Buffer.from(hashOfToken(successor)).equals(successorHash));
}
