import { encodeId } from '../../shared/ids.js';
import type { ExportedMessage, ExportFormat } from './store.js';

/** How a format is written. */
interface Format {
  readonly contentType: string;
  readonly extension: string;
  line(message: ExportedMessage): string;
}

/** Whatever some reader takes for the end of a line. */
const lineEnds = /\r\n|[\n\r\u0085\u2028\u2029]/;

export const formats: Readonly<Record<ExportFormat, Format>> = {
  JSON_LINES: {
    contentType: 'application/jsonl; charset=utf-8',
    extension: 'jsonl',
    line: (message) =>
      `${JSON.stringify({
        id: encodeId('message', message.id),
        sequence: message.sequence,
        author: { id: encodeId('user', message.authorId), displayName: message.authorName },
        body: message.body,
        replyToId: message.replyToId && encodeId('message', message.replyToId),
        createdAt: message.createdAt,
        editedAt: message.editedAt,
        deletedAt: message.deletedAt,
      })}\n`,
  },
  TEXT: {
    contentType: 'text/plain; charset=utf-8',
    extension: 'txt',
    // Further lines of a message are indented: none of them can look like a message of its own.
    line: ({ createdAt, authorName, body, editedAt }) => {
      const [first = '', ...more] = (body ?? '(deleted)').split(lineEnds);
      const lines = [first, ...more.map((line) => `    ${line}`)].join('\n');
      const edited = body !== null && editedAt ? ' (edited)' : '';
      return `[${createdAt.toISOString()}] ${authorName}${edited}: ${lines}\n`;
    },
  },
};
