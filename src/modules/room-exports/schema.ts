import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { encodeId } from '../../shared/ids.js';
import { roomKey } from '../chats/rooms.js';
import type { RoomExportService } from './service.js';
import { exportFormats, type RoomExport } from './store.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly roomExports: RoomExportService;
  }
}

const ExportFormatEnum = builder.enumType('ExportFormat', {
  description: 'How the history of a room is written.',
  values: {
    JSON_LINES: { description: 'A JSON object a line, a line a message (https://jsonlines.org).' },
    TEXT: { description: 'Lines for people, times in UTC.' },
  } satisfies Record<(typeof exportFormats)[number], { description: string }>,
});

const RoomExportRef = builder.loadableNodeRef('RoomExport', {
  id: { resolve: (made: RoomExport) => made.id },
  load: (ids: string[], context) => context.services.roomExports.byIds(requireViewer(context), ids),
});
RoomExportRef.implement({
  description:
    'A history of a room that the viewer has asked for. Kept for a day; to anyone else NOT_FOUND. How far it has come is exportedSequence of lastSequence, told every second or so.',
  fields: (t) => ({
    roomId: t.id({
      description: 'The id of the lesson, the classroom or the relation whose room it is.',
      resolve: ({ roomKind, roomId }) => encodeId(roomKind, roomId),
    }),
    format: t.expose('format', { type: ExportFormatEnum, description: 'How it is written.' }),
    lastSequence: t.exposeInt('lastSequence', {
      description:
        'The end of the room when it was asked for: there are at most so many messages, and later ones are not in it.',
    }),
    exportedSequence: t.exposeInt('exportedSequence', {
      description: 'The sequence of the last message that was sent.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when its link can be opened.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its link was opened; null if it was not.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When all of it had been sent; null while it runs, and when it was cut off.',
    }),
  }),
});

const CreateRoomExportInput = builder.inputType('CreateRoomExportInput', {
  description: 'Which history to export.',
  fields: (t) => ({
    roomId: t.id({
      required: true,
      description: 'The id of the lesson, the classroom or the relation whose room it is.',
    }),
    format: t.field({ type: ExportFormatEnum, description: 'How it is written: JSON_LINES unless told.' }),
  }),
});

const RoomExportPayload = builder
  .objectRef<{ readonly made: RoomExport; readonly url: string }>('RoomExportPayload')
  .implement({
    description: 'An export that can be opened.',
    fields: (t) => ({
      export: t.field({ type: RoomExportRef, description: 'The export.', resolve: ({ made }) => made }),
      url: t.exposeString('url', {
        description:
          'Where to get it, once and within a minute, without signing in: give it to a browser and to nobody else.',
      }),
    }),
  });

builder.queryField('roomExport', (t) =>
  t.field({
    type: RoomExportRef,
    nullable: true,
    description: 'An export of the viewer’s own. UNAUTHENTICATED, VALIDATION_ERROR, NOT_FOUND.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, args, context) => {
      requireViewer(context);
      return parseArgs(z.object({ id: id('export') }), args).id;
    },
  }),
);

const createArgs = z.object({
  input: z.object({ roomId: roomKey, format: z.enum(exportFormats).nullish() }),
});

builder.mutationField('createRoomExport', (t) =>
  t.field({
    type: RoomExportPayload,
    description:
      'Asks for the history of a room, to be downloaded by a browser. Whoever has a token can get it without: GET /exports/rooms/<room id>?format=jsonl (or txt) with the Authorization header. UNAUTHENTICATED, VALIDATION_ERROR, ROOM_NOT_FOUND.',
    args: {
      input: t.arg({ type: CreateRoomExportInput, required: true, description: 'Which history.' }),
    },
    resolve: (_root, args, context) => {
      const { roomId, format } = parseArgs(createArgs, args).input;
      return context.services.roomExports.create(requireViewer(context), roomId, format ?? 'JSON_LINES');
    },
  }),
);
