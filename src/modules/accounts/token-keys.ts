import { createHash, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** What a key is for, as a JWT's header says it. A key has one algorithm, whatever a token claims. */
type Algorithm = 'HS256' | 'EdDSA' | 'ES256';

/** A key that tokens are checked with, and its name in their header. */
export interface TokenKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly verification: KeyObject;
}

/** A key that tokens are signed with. */
export interface SigningKey extends TokenKey {
  readonly signing: KeyObject;
}

/** Whether a configured key is PEM, not a secret. */
export function isPem(text: string): boolean {
  return text.trimStart().startsWith('-----BEGIN ');
}

/** The key that signs: a secret (HS256), or a private key in PEM (Ed25519 or P-256). Throws for anything else. */
export function signingKey(text: string): SigningKey {
  if (!isPem(text)) return secretKey(text);
  return { ...publicKey(text), signing: createPrivateKey(text) };
}

/** A key that tokens of before a rotation were signed with: a secret, or a public (or private) key in PEM. */
export function verificationKey(text: string): TokenKey {
  return isPem(text) ? publicKey(text) : secretKey(text);
}

function secretKey(secret: string): SigningKey {
  const key = createSecretKey(Buffer.from(secret));
  return { kid: nameOf(Buffer.from(secret)), algorithm: 'HS256', verification: key, signing: key };
}

function publicKey(pem: string): TokenKey {
  const key = createPublicKey(pem);
  return {
    kid: nameOf(key.export({ type: 'spki', format: 'der' })),
    algorithm: algorithmOf(key),
    verification: key,
  };
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  throw new Error('A key pair for tokens must be Ed25519 or P-256.');
}

/** A name that says nothing of the key: 72 bits of its SHA-256. */
function nameOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
}
