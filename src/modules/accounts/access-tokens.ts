import { createHash, webcrypto } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { AppError } from '../../shared/errors.js';
import { decodeId, encodeId } from '../../shared/ids.js';

/** The key that access tokens are signed with; a key pair would be another member of this union. */
export interface SigningKey {
  readonly algorithm: 'HS256';
  /** At least 32 bytes of randomness. */
  readonly secret: string;
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
  verify(token: string, now: Date): Promise<TokenSubject & { readonly expiresAt: Date }>;
}

const issuer = 'lectern';
const audience = 'lectern-api';
const typ = 'at+jwt';
const lifetimeSeconds = 15 * 60;

/** Creates the signer of this key. Algorithm, issuer, audience and type are fixed: a token's header chooses nothing. */
export function createTokenSigner({ algorithm, secret }: SigningKey): TokenSigner {
  const bytes = Buffer.from(secret);
  const kid = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
  const key = webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);

  return {
    sign: async ({ userId, sessionId }, now) => {
      const issuedAt = Math.floor(now.getTime() / 1_000);
      const expires = issuedAt + lifetimeSeconds;
      const token = await new SignJWT({ sid: encodeId('session', sessionId) })
        .setProtectedHeader({ alg: algorithm, typ, kid })
        .setSubject(encodeId('user', userId))
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expires)
        .sign(await key);
      return { token, expiresAt: new Date(expires * 1_000) };
    },

    verify: async (token, now) => {
      const expected = {
        algorithms: [algorithm],
        issuer,
        audience,
        typ,
        requiredClaims: ['sub', 'sid', 'exp'],
      };
      const { payload, protectedHeader } = await jwtVerify(token, await key, {
        ...expected,
        currentDate: now,
      }).catch((error: unknown) => {
        throw refused(error instanceof errors.JWTExpired ? 'has expired' : 'is not valid');
      });
      const userId = decodeId('user', String(payload.sub));
      const sessionId = decodeId('session', String(payload['sid']));
      if (protectedHeader.kid !== kid || !userId || !sessionId || payload.exp === undefined) {
        throw refused('is not valid');
      }
      return { userId, sessionId, expiresAt: new Date(payload.exp * 1_000) };
    },
  };
}

function refused(why: string): AppError {
  return new AppError('UNAUTHENTICATED', {}, { detail: `The access token ${why}.` });
}
