import { writeFile } from 'node:fs/promises';
import pg from 'pg';
import { fillDatabase } from '../../scripts/fill/fill.js';
import { lessonOf } from '../../scripts/fill/lesson-tables.js';
import { idOf, schoolOfTutor, shapeOf } from '../../scripts/fill/shape.js';
import { createLogger } from '../../src/platform/logger.js';
import { applyMigrations } from '../../src/platform/migrations/index.js';

/** Rows of each large table, and messages: the same in every run but for the dates, which lie around today. */
export const rows = 20_000;
export const messages = 100_000;
/** Rooms in which a contender may write at once: the most connections. */
export const roomsOfContender = 64;

/** Whose data is asked for. All ids are UUIDs. */
export interface Data {
  /** A tutor. */
  readonly viewerId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  /** Some of the tutor's lessons. */
  readonly lessonIds: readonly string[];
  /** A lesson with hundreds of messages. */
  readonly busyRoomId: string;
  /** Rooms to write into, by the place of the contender. */
  readonly rooms: readonly (readonly string[])[];
}

const tutor = 2;

/** PostGraphile's way to a mutation of one's own. */
const sendFunction = `
  CREATE SCHEMA bench;
  CREATE FUNCTION bench.send_message(room_id uuid, body text, client_message_id text, author_id uuid, organization_id uuid)
    RETURNS chat_message LANGUAGE sql VOLATILE AS $$
    WITH counted AS (
      UPDATE channel SET last_seq = last_seq + 1 WHERE id = 'chat:' || $1::text RETURNING last_seq
    )
    INSERT INTO chat_message (id, organization_id, lesson_id, sequence, author_id, client_message_id, body)
    SELECT uuidv7(), $5, $1, last_seq, $4, $3, $2 FROM counted RETURNING * $$`;

/** Migrates an empty database as Lectern does and fills it. */
export async function prepareData(databaseUrl: string, contenders: number): Promise<Data> {
  const logger = createLogger({ level: 'warn', pretty: true });
  const migrationsDir = new URL('../../prisma/migrations', import.meta.url).pathname;
  await applyMigrations({ databaseUrl, migrationsDir, logger });
  const shape = shapeOf(rows, messages);
  await fillDatabase({ databaseUrl, shape });
  const viewerId = idOf('user', tutor);
  // Room 0 and the first 50 after it are busy; of the others those that are lessons of this tutor.
  const own = Array.from({ length: rows }, (_, n) => n).filter(
    (n) => n > 60 && (n % shape.pairs) % shape.tutors === tutor && lessonOf(shape, n, 0).tutor === viewerId,
  );
  const rooms = Array.from({ length: contenders }, (_, place) =>
    own.slice(place * roomsOfContender, (place + 1) * roomsOfContender).map((n) => idOf('lesson', n)),
  );
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // Who counts up a room's channel finds it there.
  await client.query(
    `INSERT INTO channel (id) SELECT 'chat:' || id FROM unnest($1::text[]) AS room (id) ON CONFLICT DO NOTHING`,
    [rooms.flat()],
  );
  await client.query(sendFunction);
  await client.end();
  return {
    viewerId,
    sessionId: idOf('session', tutor),
    organizationId: idOf('organization', schoolOfTutor(tutor)),
    lessonIds: own.slice(-roomsOfContender).map((n) => idOf('lesson', n)),
    busyRoomId: idOf('lesson', tutor),
    rooms,
  };
}

/** Writes the lessons that peers answer from memory: the tutor's first 20. */
export async function writeMemory(databaseUrl: string, { viewerId }: Data, file: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows: found } = await client.query(
    `SELECT l.id, l.title, l.status, l.starts_at AS "startsAt", l.ends_at AS "endsAt",
            json_build_object('id', t.id, 'displayName', t.display_name) AS tutor,
            json_build_object('id', s.id, 'displayName', s.display_name) AS student
       FROM lesson l JOIN app_user t ON t.id = l.tutor_id JOIN app_user s ON s.id = l.student_id
      WHERE l.tutor_id = $1 ORDER BY l.starts_at, l.id LIMIT 20`,
    [viewerId],
  );
  await client.end();
  await writeFile(file, JSON.stringify(found));
}
