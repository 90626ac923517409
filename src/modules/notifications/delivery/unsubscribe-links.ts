import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a link turns off by e-mail: one type, or all that can be turned off. */
export interface Unsubscription {
  readonly userId: string;
  readonly type: string;
}

/** In place of a type: whatever can be turned off. */
export const allTypes = '*';

/** The path of the links, before the token. */
export const unsubscribePath = '/notifications/unsubscribe';

/** Makes and reads the links in mails that need no sign-in: who has the mail may turn off what it is of. */
export interface UnsubscribeLinks {
  urlOf(what: Unsubscription): string;
  /** What a token stands for; null when it is none of ours. */
  read(token: string): Unsubscription | null;
}

const macBytes = 16;

/** Creates them. They hold as long as the secret does; `publicUrl` is the API's origin as clients reach it. */
export function createUnsubscribeLinks(secret: string, publicUrl: string): UnsubscribeLinks {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'unsubscribe links', 32));
  const macOf = (content: Buffer) => createHmac('sha256', key).update(content).digest().subarray(0, macBytes);

  return {
    urlOf({ userId, type }) {
      const content = Buffer.concat([Buffer.from(userId.replaceAll('-', ''), 'hex'), Buffer.from(type)]);
      const token = Buffer.concat([macOf(content), content]).toString('base64url');
      return `${publicUrl}${unsubscribePath}?token=${token}`;
    },
    read(token) {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length <= macBytes + 16) return null;
      const content = bytes.subarray(macBytes);
      if (!timingSafeEqual(bytes.subarray(0, macBytes), macOf(content))) return null;
      const userId = content
        .subarray(0, 16)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      return { userId, type: content.subarray(16).toString() };
    },
  };
}
