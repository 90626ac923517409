import { createHash } from 'node:crypto';
import { AppError } from '../../shared/errors.js';
import type { CalendarFeedService } from './service.js';

interface FeedRequest {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The endpoint `GET /calendar/<secret>.ics`: NOT_FOUND for whatever is no secret of a feed, always alike. */
export function createCalendarFeedRoute(feeds: Pick<CalendarFeedService, 'read'>) {
  return {
    method: 'GET' as const,
    path: '/calendar/:file',
    async handle({ params, headers }: FeedRequest) {
      const secret = /^([\w-]{43})\.ics$/.exec(params['file'] ?? '')?.[1];
      const text = secret === undefined ? null : await feeds.read(secret);
      if (text === null) throw new AppError('NOT_FOUND');
      const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
      // Asked again every time: a feed whose address was changed must end at once.
      const answer = { etag, 'cache-control': 'private, no-cache' };
      if (isKnown(headers['if-none-match'], etag)) return { status: 304, headers: answer, body: '' };
      return {
        status: 200,
        headers: {
          ...answer,
          'content-type': 'text/calendar; charset=utf-8',
          'content-disposition': 'inline; filename="lessons.ics"',
        },
        body: text,
      };
    },
  };
}

/** Whether the reader has this very text (RFC 9110, 13.1.2: compared weakly). */
function isKnown(header: string | string[] | undefined, etag: string): boolean {
  const known = String(header ?? '').split(',');
  return known.some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
