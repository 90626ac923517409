import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';

/** The keys of a browser, with the private one. */
export interface Browser {
  readonly ecdh: ECDH;
  readonly p256dh: Buffer;
  readonly auth: Buffer;
}

export function newBrowser(): Browser {
  const ecdh = createECDH('prime256v1');
  return { ecdh, p256dh: ecdh.generateKeys(), auth: randomBytes(16) };
}

/** Reads a push as a browser does (RFC 8291). */
export function decryptPush(message: Buffer, { ecdh, p256dh, auth }: Browser): Buffer {
  const salt = message.subarray(0, 16);
  const keyLength = message.readUInt8(20);
  const serverKey = message.subarray(21, 21 + keyLength);
  const records = message.subarray(21 + keyLength);
  const derive = (key: Uint8Array, by: Uint8Array, info: Buffer, length: number) =>
    Buffer.from(hkdfSync('sha256', key, by, info, length));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, serverKey]);
  const material = derive(ecdh.computeSecret(serverKey), auth, info, 32);
  const key = derive(material, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(material, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(records.subarray(-16));
  const plain = Buffer.concat([decipher.update(records.subarray(0, -16)), decipher.final()]);
  // A last record ends in 2 and, perhaps, zeros.
  return plain.subarray(0, plain.lastIndexOf(2));
}
