import type { Duplex } from 'node:stream';
import { type ErrorCode, errorCatalogue } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { requestIdHeader } from './request-id.js';

/** Answers on a bare socket, for requests that never became one: malformed HTTP, timeouts, refused upgrades. */
export function refuse(
  socket: Duplex,
  code: ErrorCode,
  options: { readonly requestId?: string; readonly status?: number; readonly graphql?: boolean } = {},
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { requestId = newId(), status = errorCatalogue[code].status, graphql = false } = options;
  const { detail } = errorCatalogue[code];
  const failure = { code, detail, fields: {} };
  const body = JSON.stringify(
    graphql ? { errors: [{ message: detail, extensions: failure }] } : { error: failure },
  );
  socket.end(
    [
      `HTTP/1.1 ${status} ${code}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `${requestIdHeader}: ${requestId}`,
      'x-content-type-options: nosniff',
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
