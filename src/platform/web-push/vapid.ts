import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';

/** How a server says to push services who it is (RFC 8292); both keys in base64url. */
export interface VapidKeys {
  /** On P-256, uncompressed: what browsers take as `applicationServerKey`. */
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Signs requests to push services. */
export interface VapidSigner {
  readonly publicKey: string;
  /** The Authorization header for a push service, by its origin. */
  authorization(origin: string, now: Date): Promise<string>;
}

/** Push services allow 24 hours; a clock may be off. */
const lifetimeSeconds = 12 * 3_600;

/** A new pair of keys. */
export function newVapidKeys(): VapidKeys {
  const ecdh = createECDH('prime256v1');
  ecdh.generateKeys();
  return {
    publicKey: ecdh.getPublicKey('base64url'),
    // Node leaves out leading zeros.
    privateKey: Buffer.from(ecdh.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url'),
  };
}

/** Why this is no pair of keys; null when it is one. */
export function vapidProblem({ publicKey, privateKey }: VapidKeys): string | null {
  try {
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(Buffer.from(privateKey, 'base64url'));
    return ecdh.getPublicKey('base64url') === publicKey
      ? null
      : 'the public key is not that of the private key';
  } catch {
    return 'the private key is not one of P-256 in base64url';
  }
}

/** Creates the signer; `subject` is a mailto: or https: address where push services reach whoever runs this. */
export function createVapidSigner(keys: VapidKeys, subject: string): VapidSigner {
  const key = privateKeyOf(keys);
  return {
    publicKey: keys.publicKey,
    async authorization(origin, now) {
      const token = await new SignJWT()
        .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
        .setAudience(origin)
        .setExpirationTime(Math.floor(now.getTime() / 1_000) + lifetimeSeconds)
        .setSubject(subject)
        .sign(key);
      return `vapid t=${token}, k=${keys.publicKey}`;
    },
  };
}

function privateKeyOf({ publicKey, privateKey }: VapidKeys): KeyObject {
  const point = Buffer.from(publicKey, 'base64url');
  const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33), d: privateKey };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}
