import type { IncomingMessage } from 'node:http';
import { newId } from '../shared/ids.js';

/** The header that carries the id of a request, in and out. */
export const requestIdHeader = 'x-request-id';

/** The id that a proxy or client gave the request, if it is one that a log can hold; else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : newId();
}
