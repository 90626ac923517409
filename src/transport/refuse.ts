import type { Duplex } from 'node:stream';
import { AppError, errorCatalogue, failureIn, type PlainCode } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { defaultLanguage, type Language } from '../shared/language.js';
import { requestIdHeader } from './request-id.js';

/** Answers on a bare socket, for requests that never became one: malformed HTTP, timeouts, refused upgrades. */
export function refuse(
  socket: Duplex,
  code: PlainCode,
  options: {
    readonly requestId?: string;
    readonly status?: number;
    readonly graphql?: boolean;
    readonly language?: Language | null;
  } = {},
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { requestId = newId(), status = errorCatalogue[code].status, graphql = false } = options;
  const language = options.language ?? defaultLanguage;
  const failure = failureIn(language, new AppError(code));
  const message = failure.detail;
  const body = JSON.stringify(graphql ? { errors: [{ message, extensions: failure }] } : { error: failure });
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
