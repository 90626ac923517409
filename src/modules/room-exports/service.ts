import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.js';
import type { Database } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import type { Reader } from '../chats/policy.js';
import type { Room, RoomKey } from '../chats/rooms.js';
import { formats } from './formats.js';
import {
  beginExport,
  type ExportFormat,
  findExports,
  insertExport,
  noteProgress,
  type RoomExport,
  readBatch,
} from './store.js';

/** A history that is being sent. */
export interface History {
  readonly room: RoomKey;
  readonly format: ExportFormat;
  /** Where it ends: the sequence of a message, told against this, is how far the reader has come. */
  readonly lastSequence: number;
  /** Text to send, a batch of messages at once. It throws when the reader may not read the room any more. */
  readonly parts: AsyncGenerator<string, void, undefined>;
}

export interface RoomExportOptions {
  readonly database: Database;
  readonly clock: Clock;
  /**
   * Fails with ROOM_NOT_FOUND unless somebody may read the room now. An export by link goes on while its owner may,
   * whatever becomes of the session.
   */
  readonly requireRoom: (reader: Reader, room: RoomKey) => Promise<Room>;
  /** Where people reach the API, such as `https://school.example.org`. */
  readonly publicUrl: string;
}

const linkSeconds = 60;
/** Histories that a node sends at once; one more is told to come again. */
const runningAtMost = 20;
const progressMilliseconds = 1_000;

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** Creates the exports of rooms' histories. */
export function createRoomExportService({ database, clock, requireRoom, publicUrl }: RoomExportOptions) {
  let running = 0;

  async function* parts(
    reader: Reader,
    room: RoomKey,
    format: ExportFormat,
    lastSequence: number,
    progress: (sequence: number, done: boolean) => Promise<void>,
  ): AsyncGenerator<string, void, undefined> {
    running++;
    try {
      for (let after = 0; ; ) {
        await requireRoom(reader, room);
        const batch = await readBatch(database, reader.organizationId, room.id, after, lastSequence);
        const last = batch.at(-1);
        if (!last) break;
        yield batch.map(formats[format].line).join('');
        // Once the reader has taken it.
        after = last.sequence;
        await progress(after, false);
      }
      await progress(lastSequence, true);
    } finally {
      running--;
    }
  }

  /** Before anything is used up: what has begun cannot be refused any more. */
  function requirePlace(): void {
    if (running >= runningAtMost) throw new AppError('SERVICE_UNAVAILABLE');
  }

  /** Tells the database now and then, and at the end. */
  function noting(made: RoomExport) {
    let next = 0;
    return async (sequence: number, done: boolean) => {
      const now = clock.now();
      if (!done && now.getTime() < next) return;
      next = now.getTime() + progressMilliseconds;
      await noteProgress(database, made, sequence, done ? now : null);
    };
  }

  return {
    /** Asks for an export, and gives it with the link that opens it once within a minute. ROOM_NOT_FOUND. */
    async create(
      viewer: Viewer,
      key: RoomKey,
      format: ExportFormat,
    ): Promise<{ made: RoomExport; url: string }> {
      const room = await requireRoom(viewer, key);
      const secret = randomBytes(32).toString('base64url');
      const now = clock.now();
      const made = await insertExport(database, {
        id: newId(),
        organizationId: viewer.organizationId,
        userId: viewer.userId,
        room: key,
        format,
        lastSequence: room.eventCursor.seq,
        secretHash: hashOf(secret),
        createdAt: now,
        expiresAt: new Date(now.getTime() + linkSeconds * 1_000),
      });
      return { made, url: `${publicUrl}/exports/${secret}` };
    },

    /** The viewer's own exports; NOT_FOUND for any other id. */
    async byIds(
      { organizationId, userId }: Viewer,
      ids: readonly string[],
    ): Promise<(RoomExport | AppError)[]> {
      const found = await findExports(database, organizationId, userId, ids);
      return ids.map((id) => found.find((made) => made.id === id) ?? new AppError('NOT_FOUND'));
    },

    /** The history of a room that the viewer may read now. ROOM_NOT_FOUND, SERVICE_UNAVAILABLE. */
    async read(viewer: Viewer, key: RoomKey, format: ExportFormat): Promise<History> {
      requirePlace();
      const { eventCursor } = await requireRoom(viewer, key);
      const lastSequence = eventCursor.seq;
      return {
        room: key,
        format,
        lastSequence,
        parts: parts(viewer, key, format, lastSequence, async () => {}),
      };
    },

    /** The history that a link opens, once. NOT_FOUND for whatever is no such link, always alike. */
    async open(secret: string): Promise<History> {
      requirePlace();
      const made = await beginExport(database, hashOf(secret), clock.now());
      if (!made) throw new AppError('NOT_FOUND');
      const { format, lastSequence } = made;
      const room = { kind: made.roomKind, id: made.roomId };
      await requireRoom(made, room);
      return { room, format, lastSequence, parts: parts(made, room, format, lastSequence, noting(made)) };
    },
  };
}

/** Exports, as `createRoomExportService` makes them. */
export type RoomExportService = ReturnType<typeof createRoomExportService>;
