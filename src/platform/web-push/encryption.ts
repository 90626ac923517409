import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

/** The keys of a browser's subscription. */
export interface ReceiverKeys {
  /** Its public key on P-256, uncompressed: 65 bytes. */
  readonly p256dh: Uint8Array;
  /** Its authentication secret: 16 bytes. */
  readonly auth: Uint8Array;
}

/** What is random in an encryption; for tests. */
export interface EncryptionSeed {
  readonly privateKey: Uint8Array;
  readonly salt: Uint8Array;
}

const curve = 'prime256v1';
/** A push service takes 4,096 bytes at least (RFC 8030, 7.2); one record has them all. */
const recordBytes = 4_096;
const overheadBytes = 16 + 4 + 1 + 65 + 1 + 16;

/** What may be in a message. */
export const maxPlainBytes = recordBytes - overheadBytes;

/** Encrypts a message for one browser as Web Push has it (RFC 8291, with aes128gcm of RFC 8188). */
export function encryptPush(plain: Buffer, { p256dh, auth }: ReceiverKeys, seed?: EncryptionSeed): Buffer {
  if (plain.length > maxPlainBytes) throw new RangeError(`A push takes ${maxPlainBytes} bytes at most.`);
  const ecdh = createECDH(curve);
  if (seed) ecdh.setPrivateKey(seed.privateKey);
  else ecdh.generateKeys();
  const ownKey = ecdh.getPublicKey();
  const salt = Buffer.from(seed?.salt ?? randomBytes(16));

  const secret = ecdh.computeSecret(p256dh);
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, ownKey]);
  const material = derive(secret, auth, keyInfo, 32);
  const contentKey = derive(material, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(material, salt, Buffer.from('Content-Encoding: nonce\0'), 12);

  const header = Buffer.alloc(21);
  salt.copy(header);
  header.writeUInt32BE(recordBytes, 16);
  header.writeUInt8(ownKey.length, 20);
  const cipher = createCipheriv('aes-128-gcm', contentKey, nonce);
  // The delimiter of a last record.
  const records = [cipher.update(plain), cipher.update(Buffer.from([2])), cipher.final()];
  return Buffer.concat([header, ownKey, ...records, cipher.getAuthTag()]);
}

/** Whether the key is a point of the curve, so that a message can be encrypted for it. */
export function isReceiverKey(p256dh: Uint8Array): boolean {
  if (p256dh.length !== 65) return false;
  try {
    const ecdh = createECDH(curve);
    ecdh.generateKeys();
    ecdh.computeSecret(p256dh);
    return true;
  } catch {
    return false;
  }
}

function derive(key: Uint8Array, salt: Uint8Array, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, length));
}
