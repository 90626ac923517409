import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../shared/errors.js';
import type { Viewer } from '../shared/viewer.js';

/** Who speaks, and until when the token lets them. */
export interface Authenticated {
  readonly viewer: Viewer;
  readonly expiresAt: Date;
}

/** Reads an access token. Throws UNAUTHENTICATED or SESSION_EXPIRED. */
export type Authenticate = (token: string) => Promise<Authenticated>;

/** The token of `Authorization: Bearer …`; null without the header. Any other scheme is UNAUTHENTICATED. */
export function bearerToken({ authorization }: IncomingHttpHeaders): string | null {
  if (authorization === undefined) return null;
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw new AppError('UNAUTHENTICATED', { authorization: [{ rule: 'BEARER' }] });
  }
  return token;
}
