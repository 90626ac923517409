import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Refresh tokens: 256 bits that say nothing, of which the server keeps only the SHA-256. */
export interface RefreshTokens {
  /** The first token of a session. */
  first(): string;
  /**
   * The tokens that this one may be exchanged for, one of each secret, the first of the present one. They are derived,
   * not drawn, so that a client that lost the answer can be given the same one again although it is not stored, even
   * if the secret has changed in between.
   */
  successorsOf(token: string): readonly [string, ...string[]];
}

/** Creates the derivation; the secrets may serve other purposes too, since the keys are made from them for this one alone. */
export function createRefreshTokens([secret, ...previous]: readonly [string, ...string[]]): RefreshTokens {
  const keyOf = (text: string) =>
    Buffer.from(hkdfSync('sha256', text, '', 'lectern refresh token successor', 32));
  const key = keyOf(secret);
  const previousKeys = previous.map(keyOf);
  const derive = (token: string, by: Buffer) => createHmac('sha256', by).update(token).digest('base64url');
  return {
    first: () => randomBytes(32).toString('base64url'),
    successorsOf: (token) => [derive(token, key), ...previousKeys.map((by) => derive(token, by))],
  };
}

/** What is stored of a token. */
export function hashOfToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
