import { AppError, invalid } from '../../shared/errors.js';
import { encodeId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import { roomKey } from '../chats/rooms.js';
import { formats } from './formats.js';
import type { History, RoomExportService } from './service.js';
import type { ExportFormat } from './store.js';

interface ExportRequest {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface ExportRoutesOptions {
  readonly exports: Pick<RoomExportService, 'read' | 'open'>;
  /** Who asks, by the `Authorization` header. Throws UNAUTHENTICATED or SESSION_EXPIRED. */
  readonly viewerOf: (headers: ExportRequest['headers']) => Promise<Viewer>;
}

const formatOfName: Readonly<Record<string, ExportFormat>> = { jsonl: 'JSON_LINES', txt: 'TEXT' };

function answer({ room, format, lastSequence, parts }: History) {
  const { contentType, extension } = formats[format];
  return {
    headers: {
      'content-type': contentType,
      'content-disposition': `attachment; filename="${encodeId(room.kind, room.id)}.${extension}"`,
      'cache-control': 'no-store',
      'lectern-last-sequence': String(lastSequence),
    },
    body: parts,
  };
}

/**
 * `GET /exports/rooms/<room id>?format=jsonl|txt` with an access token in the `Authorization` header, and
 * `GET /exports/<secret>` for a browser, which sends no header: the link of `createRoomExport`, good once. Neither
 * answers HEAD, which would use the link up.
 */
export function createExportRoutes({ exports, viewerOf }: ExportRoutesOptions) {
  return [
    {
      method: 'GET' as const,
      path: '/exports/rooms/:room',
      head: false,
      async handle({ params, query, headers }: ExportRequest) {
        const viewer = await viewerOf(headers);
        const room = roomKey.safeParse(params['room']);
        const format = formatOfName[query['format'] ?? 'jsonl'];
        if (!format) throw invalid('format', { rule: 'ONE_OF', values: 'jsonl, txt' });
        if (!room.success) throw new AppError('ROOM_NOT_FOUND');
        return answer(await exports.read(viewer, room.data, format));
      },
    },
    {
      method: 'GET' as const,
      path: '/exports/:secret',
      head: false,
      async handle({ params }: ExportRequest) {
        return answer(await exports.open(params['secret'] ?? ''));
      },
    },
  ];
}
