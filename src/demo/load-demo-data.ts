import { hashPassword } from '../modules/accounts/passwords.js';
import { defaultOrganizationId } from '../modules/accounts/service.js';
import { chatChannel } from '../modules/chats/events.js';
import type { Database, UnitOfWork } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import { insertDemoClassroom } from './classroom.js';
import { composeSchool, type DemoSchool, readMaterial } from './school.js';

/** An account to look around with. */
export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly label: string;
}

/** The accounts that the start prints and GraphiQL offers. */
export async function demoAccounts(): Promise<DemoAccount[]> {
  const { people, password } = await readMaterial();
  return [
    { email: people.tutor.email, password, label: `${people.tutor.name} (tutor)` },
    { email: people.student.email, password, label: `${people.student.name} (student)` },
    { email: people.admin.email, password, label: `${people.admin.name} (admin)` },
  ];
}

/** Fills an empty database with the demo school; does nothing when anybody is there. Gives whether it did. */
export async function loadDemoData(database: Database, now: Date, logger: Logger): Promise<boolean> {
  const words = await readMaterial();
  const passwordHash = await hashPassword(words.password);
  return database.transaction(async (tx) => {
    // Of several processes that start at once, one fills the database and the others find it full.
    await tx.sql(`SELECT pg_advisory_xact_lock(hashtext('lectern demo data'))::text`);
    const [someone] = await tx.sql('SELECT 1 AS here FROM app_user LIMIT 1');
    if (someone) return false;
    const school = composeSchool(words, now);
    await insertPeople(tx, school, passwordHash);
    await insertLessons(tx, school);
    await insertMessages(tx, school);
    await insertReadMarkers(tx, school);
    await insertDemoClassroom(tx, words, school, now);
    logger.info(
      { people: school.people.length, lessons: school.lessons.length, messages: school.messages.length },
      'the demo school is in place',
    );
    return true;
  });
}

async function insertPeople(
  tx: UnitOfWork,
  { people, pairs }: DemoSchool,
  passwordHash: string,
): Promise<void> {
  await tx.sql(
    `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role, locale, email_verified_at)
     SELECT id, $1::uuid, email, $2, name, role::role, locale, now()
     FROM jsonb_to_recordset($3::jsonb) AS p (id uuid, email text, name text, role text, locale text)`,
    defaultOrganizationId,
    passwordHash,
    JSON.stringify(people),
  );
  const relations = pairs.map(({ id, tutor, student }) => ({ id, tutor: tutor.id, student: student.id }));
  await tx.sql(
    `INSERT INTO tutor_student_relation (id, organization_id, tutor_id, student_id, status)
     SELECT id, $1::uuid, tutor, student, 'ACTIVE'
     FROM jsonb_to_recordset($2::jsonb) AS r (id uuid, tutor uuid, student uuid)`,
    defaultOrganizationId,
    JSON.stringify(relations),
  );
}

async function insertLessons(tx: UnitOfWork, { lessons }: DemoSchool): Promise<void> {
  const rows = lessons.map(({ pair, ...lesson }) => ({
    ...lesson,
    tutor: pair.tutor.id,
    student: pair.student.id,
  }));
  await tx.sql(
    `INSERT INTO lesson (id, organization_id, tutor_id, student_id, title, notes, starts_at, ends_at, status,
       cancelled_by_id, cancelled_at, cancellation_reason, cancelled_late)
     SELECT id, $1::uuid, tutor, student, title, notes, "startsAt", "endsAt", status::lesson_status,
       CASE WHEN cancelled THEN student END, CASE WHEN cancelled THEN "startsAt" - interval '30 days' END,
       CASE WHEN cancelled THEN 'Захворів, вибачте.' END, CASE WHEN cancelled THEN false END
     FROM jsonb_to_recordset($2::jsonb) AS l (id uuid, tutor uuid, student uuid, title text, notes text,
       "startsAt" timestamptz, "endsAt" timestamptz, status text), LATERAL (SELECT status = 'CANCELLED' AS cancelled) c`,
    defaultOrganizationId,
    JSON.stringify(rows),
  );
}

/** The chats of lessons that are over have been read by both. */
async function insertReadMarkers(tx: UnitOfWork, { messages }: DemoSchool): Promise<void> {
  const ends = new Map(messages.map((message) => [message.lesson, message.sequence]));
  const rows = [...ends].flatMap(([{ id, status, pair }, upTo]) =>
    status === 'SCHEDULED'
      ? []
      : [pair.tutor, pair.student].map((user) => ({ user: user.id, room: id, upTo })),
  );
  await tx.sql(
    `INSERT INTO chat_read_marker (user_id, room_id, up_to_sequence)
     SELECT "user", room, "upTo" FROM jsonb_to_recordset($1::jsonb) AS m ("user" uuid, room uuid, "upTo" int)`,
    JSON.stringify(rows),
  );
}

/** Messages with the events that they would have left in the log of their room. */
async function insertMessages(tx: UnitOfWork, { messages }: DemoSchool): Promise<void> {
  const rows = messages.map(({ lesson, author, ...message }) => ({
    ...message,
    lesson: lesson.id,
    author: author.id,
    channel: chatChannel(lesson.id),
    // A tag only has to differ from that of another history; here it is part of the message's id.
    tag: BigInt.asIntN(64, BigInt(`0x${message.id.replaceAll('-', '').slice(16)}`)).toString(),
  }));
  await tx.sql(
    `WITH m AS MATERIALIZED (
       SELECT * FROM jsonb_to_recordset($2::jsonb)
         AS m (id uuid, lesson uuid, sequence int, author uuid, body text, at timestamptz, channel text, tag bigint)
     ), channels AS (
       INSERT INTO channel (id, last_seq, last_tag)
       SELECT DISTINCT ON (channel) channel, sequence, tag FROM m ORDER BY channel, sequence DESC
     ), events AS (
       INSERT INTO channel_event (channel, seq, tag, kind, actor_id, payload, occurred_at)
       SELECT channel, sequence, tag, 'message.sent', author, jsonb_build_object('messageId', id), at FROM m
     )
     INSERT INTO chat_message (id, organization_id, lesson_id, sequence, author_id, body, created_at)
     SELECT id, $1::uuid, lesson, sequence, author, body, at FROM m`,
    defaultOrganizationId,
    JSON.stringify(rows),
  );
}
