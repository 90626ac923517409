import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Refresh tokens: 256 bits that say nothing, of which the server keeps only the SHA-256. */
export interface RefreshTokens {
  /** The first token of a session. */
  first(): string;
  /**
   * The token that this one is exchanged for. It is derived, not drawn, so that a client that lost the answer
   * can be given the same one again although it is not stored.
   */
  successorOf(token: string): string;
}

/** Creates the derivation; `secret` may serve other purposes too, since the key is made from it for this one alone. */
export function createRefreshTokens(secret: string): RefreshTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'lectern refresh token successor', 32));
  return {
    first: () => randomBytes(32).toString('base64url'),
    successorOf: (token) => createHmac('sha256', key).update(token).digest('base64url'),
  };
}

/** What is stored of a token. */
export function hashOfToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
