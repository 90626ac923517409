import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { z } from 'zod';
import type { AccountLinkKind } from '../../generated/prisma/enums.js';

/** What a mailed link is for. */
export type LinkKind = AccountLinkKind | 'INVITATION';

/** Makes what a mailed link carries, and what the queue carries of an address. The database holds no key to either. */
export interface OneTimeLinks {
  /** The token of a link: whoever has it has read the mail. The same link has the same token, should it be mailed again. */
  tokenOf(kind: LinkKind, id: string): string;
  /** The UUID of the link that a token is of; null for a token that was never made. */
  linkOf(kind: LinkKind, token: string): string | null;
  /** An address that only the holder of the secret can read (AES-256-GCM). */
  seal(address: string): string;
  /** The address again; null when it was sealed with a secret that is no longer known. */
  open(sealed: string): string | null;
}

const idBytes = 16;
const ivBytes = 12;
const tagBytes = 16;
const uuid = z.guid();

/** Creates them; the first secret makes tokens, all of them are accepted. */
export function createOneTimeLinks(secrets: readonly [string, ...string[]]): OneTimeLinks {
  const derive = (purpose: string) =>
    secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)));
  const linkKeys = derive('lectern one-time link');
  const sealKeys = derive('lectern sealed address');
  const mac = (key: Buffer | undefined, kind: LinkKind, id: string) =>
    createHmac('sha256', key as Buffer)
      .update(`${kind} ${id}`)
      .digest();

  return {
    tokenOf: (kind, id) => {
      const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
      return Buffer.concat([bytes, mac(linkKeys[0], kind, id)]).toString('base64url');
    },

    linkOf: (kind, token) => {
      const bytes = Buffer.from(token, 'base64url');
      const id = bytes
        .subarray(0, idBytes)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      const given = bytes.subarray(idBytes);
      const made = linkKeys.some((key) => {
        const expected = mac(key, kind, id);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      return made && uuid.safeParse(id).success ? id : null;
    },

    seal: (address) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', sealKeys[0] as Buffer, iv);
      const sealed = Buffer.concat([cipher.update(address, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
    },

    open: (text) => {
      const bytes = Buffer.from(text, 'base64url');
      for (const key of sealKeys) {
        try {
          const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), {
            authTagLength: tagBytes,
          });
          cipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
          return Buffer.concat([cipher.update(bytes.subarray(ivBytes + tagBytes)), cipher.final()]).toString(
            'utf8',
          );
        } catch {
          // Sealed with another secret.
        }
      }
      return null;
    },
  };
}
