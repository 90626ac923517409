import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { AppError } from '../../shared/errors.js';
import { decodeId, encodeId } from '../../shared/ids.js';
import { signingKey, type TokenKey, verificationKey } from './token-keys.js';

/** The keys of access tokens: each a secret of at least 32 characters, or PEM of Ed25519 or P-256. */
export interface TokenKeys {
  /** Signs, and checks what it has signed. */
  readonly current: string;
  /** Only checks: the keys of before, for as long as their last tokens live (15 minutes). */
  readonly previous?: readonly string[];
}

/** Whose token it is: UUIDs of a user and of one of the user's sessions. */
interface TokenSubject {
  readonly userId: string;
  readonly sessionId: string;
}

/** Makes and checks access tokens, JWTs that live for 15 minutes (the header type is that of RFC 9068). */
export interface TokenSigner {
  sign(subject: TokenSubject, now: Date): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** Fails with UNAUTHENTICATED for every token that this signer would not have made, and for one that has expired. */
  verify(token: string, now: Date): Promise<Verified>;
}

/** What a token of ours says. */
interface Verified extends TokenSubject {
  readonly expiresAt: Date;
}

const issuer = 'lectern';
const audience = 'lectern-api';
const typ = 'at+jwt';
const lifetimeSeconds = 15 * 60;
/** Tokens that were found to be ours are not checked anew; only whether they have expired. The last so many. */
const maxKept = 2_000;

/**
 * Creates the signer of these keys. `kid` picks among them and does nothing else; algorithm, issuer, audience and type
 * are fixed, and keys that a token brings along (`jwk`, `jku`, `x5u`) are never looked at.
 */
export function createTokenSigner({ current, previous = [] }: TokenKeys): TokenSigner {
  const key = signingKey(current);
  const keys = new Map([...previous.map(verificationKey), key].map((one) => [one.kid, one]));
  // Checking one takes a trip through another thread, which on a busy machine is what a request waits for.
  const kept = new Map<string, Verified>();

  async function verify(token: string, now: Date): Promise<Verified> {
    const known = kept.get(token);
    if (known) {
      if (known.expiresAt.getTime() <= Math.floor(now.getTime() / 1_000) * 1_000)
        throw refused('TOKEN_EXPIRED');
      return known;
    }
    const verified = subjectOf(await readPayload(token, keys, now));
    kept.set(token, verified);
    for (const oldest of kept.keys()) {
      if (kept.size <= maxKept) break;
      kept.delete(oldest);
    }
    return verified;
  }

  return {
    sign: async ({ userId, sessionId }, now) => {
      const issuedAt = Math.floor(now.getTime() / 1_000);
      const expires = issuedAt + lifetimeSeconds;
      const token = await new SignJWT({ sid: encodeId('session', sessionId) })
        .setProtectedHeader({ alg: key.algorithm, typ, kid: key.kid })
        .setSubject(encodeId('user', userId))
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expires)
        .sign(key.signing);
      return { token, expiresAt: new Date(expires * 1_000) };
    },

    verify,
  };
}

function subjectOf(payload: JWTPayload): Verified {
  const userId = decodeId('user', String(payload.sub));
  const sessionId = decodeId('session', String(payload['sid']));
  if (!userId || !sessionId || payload.exp === undefined) throw refused('TOKEN_NOT_VALID');
  return { userId, sessionId, expiresAt: new Date(payload.exp * 1_000) };
}

async function readPayload(
  token: string,
  keys: ReadonlyMap<string, TokenKey>,
  now: Date,
): Promise<JWTPayload> {
  try {
    const key = keys.get(decodeProtectedHeader(token).kid ?? '');
    if (!key) throw refused('TOKEN_NOT_VALID');
    const { payload } = await jwtVerify(token, key.verification, {
      algorithms: [key.algorithm],
      issuer,
      audience,
      typ,
      requiredClaims: ['sub', 'sid', 'exp', 'iat'],
      currentDate: now,
    });
    return payload;
  } catch (error) {
    throw refused(error instanceof errors.JWTExpired ? 'TOKEN_EXPIRED' : 'TOKEN_NOT_VALID');
  }
}

function refused(rule: 'TOKEN_EXPIRED' | 'TOKEN_NOT_VALID'): AppError {
  return new AppError('UNAUTHENTICATED', { accessToken: [{ rule }] });
}
