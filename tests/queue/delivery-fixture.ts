import { createSignalBus } from '../../src/channels/bus.js';
import { type Channels, createChannels } from '../../src/channels/channels.js';
import type { StreamItem } from '../../src/channels/events.js';
import type { ChannelAdapter } from '../../src/modules/notifications/delivery/adapter.js';
import { type AttachmentsOf, createEmailAdapter } from '../../src/modules/notifications/delivery/email.js';
import { createUnsubscribeLinks } from '../../src/modules/notifications/delivery/unsubscribe-links.js';
import { notificationSchemas, textOf } from '../../src/modules/notifications/event-types/registry.js';
import { notificationsChannel } from '../../src/modules/notifications/events.js';
import { createNotificationHandlers } from '../../src/modules/notifications/handlers.js';
import {
  createPreferenceService,
  type PreferencesChange,
} from '../../src/modules/notifications/preferences/service.js';
import type { NotificationView } from '../../src/modules/notifications/store.js';
import { createDatabase, type Database } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import type { Mailer } from '../../src/platform/mail/mailer.js';
import { createSmtpMailer } from '../../src/platform/mail/smtp-mailer.js';
import { createPostgresSignals, type Signals } from '../../src/platform/signals/postgres-signals.js';
import { createNotificationQueue, type NotificationQueue } from '../../src/queue/queue.js';
import { createQueueWorker, type DrainResult, type QueueWorkerOptions } from '../../src/queue/worker.js';
import { newId } from '../../src/shared/ids.js';
import type { Viewer } from '../../src/shared/viewer.js';
import { createTestDatabase } from '../testkit/test-database.js';
import { organizationId } from './queue-fixture.js';
import { type SmtpInbox, startSmtpInbox } from './smtp-inbox.js';

type Schemas = typeof notificationSchemas;
export type Handlers = ReturnType<typeof createNotificationHandlers>;

/** A notification as it is stored, with its text in the reader's language. */
export interface StoredNotification extends NotificationView {
  readonly title: string;
  readonly body: string;
}

/** A row of the queue. */
export interface ItemRow {
  readonly id: string;
  readonly eventType: string;
  readonly channel: string | null;
  readonly status: string;
  readonly attempts: number;
  readonly reason: string | null;
  readonly runAt: Date;
}

/** A tutor who reads Ukrainian, a student who reads English, their active relation and a lesson. */
export interface DeliveryTest {
  readonly database: Database;
  readonly channels: Channels;
  readonly signals: Signals;
  readonly queue: NotificationQueue<Schemas>;
  readonly inbox: SmtpInbox;
  readonly handlers: Handlers;
  /** What `onSent` was told. */
  readonly sent: string[];
  readonly tutorId: string;
  readonly studentId: string;
  readonly lessonId: string;
  /** Enqueues that the lesson was scheduled or cancelled. */
  tellOfLesson(what: 'scheduled' | 'cancelled', userId: string): Promise<string>;
  /** Sets the clock of the deliveries. */
  at(time: string): void;
  /** Changes what the user wants. */
  set(userId: string, settings: PreferencesChange): Promise<void>;
  cancelLesson(reason?: string): Promise<void>;
  /** Writes a message, which is told of at once, and gives its sequence. */
  say(authorId: string): Promise<number>;
  readUpTo(userId: string, sequence: number): Promise<void>;
  markNotificationsRead(userId: string): Promise<void>;
  endRelation(): Promise<void>;
  /** Works until nothing is due, with these handlers in the place of ours. */
  drain(handlers?: Handlers): Promise<DrainResult>;
  notificationsOf(userId: string): Promise<StoredNotification[]>;
  /** The kinds of what has come in the user's channel. */
  eventsOf(userId: string): Promise<string[]>;
  items(): Promise<ItemRow[]>;
  /** Lets time pass for every pending item. */
  makeDue(): Promise<void>;
  close(): Promise<void>;
}

export const tutor = { email: 'olena@example.org', name: 'Олена Коваль', locale: 'uk' };
export const student = { email: 'tom@example.org', name: 'Tom & <Tim>', locale: 'en-GB' };

/** What a test sets; the rest is real. */
export interface DeliveryTestOptions {
  readonly mailerOf?: () => Mailer;
  readonly adapters?: readonly ChannelAdapter[];
  readonly attachmentsOf?: AttachmentsOf;
}

/** The time of the deliveries, which a test sets: a Monday, 12:00 in Kyiv. */
export const noon = new Date('2026-11-23T10:00:00Z');

export async function openDeliveryTest({
  mailerOf,
  adapters = [],
  attachmentsOf,
}: DeliveryTestOptions = {}): Promise<DeliveryTest> {
  const test = await createTestDatabase();
  const logger = createLogger({ level: 'silent', pretty: false });
  const database = createDatabase({ url: test.url, logger });
  const signals = createPostgresSignals({ directUrl: test.url, database, logger });
  const channels = createChannels({ database, bus: createSignalBus(signals), logger });
  await signals.start();
  await channels.start();
  const inbox = await startSmtpInbox();
  const mailer = mailerOf?.() ?? createSmtpMailer({ url: inbox.url, from: 'Lectern <school@example.org>' });
  const queue = createNotificationQueue({ database, signals, schemas: notificationSchemas });
  const sent: string[] = [];
  const onSent = (channel: string) => void sent.push(channel);
  let now = noon;
  const clock = { now: () => now };
  const links = createUnsubscribeLinks('a secret of tests', 'https://api.example');
  const email = createEmailAdapter({ mailer, links, ...(attachmentsOf ? { attachmentsOf } : {}) });
  const handlers = createNotificationHandlers({
    ...{ database, channels, queue, clock, logger, email, adapters, onSent },
  });
  const [tutorId, studentId, lessonId] = [newId(), newId(), newId()];
  const people = [
    { id: tutorId, role: 'TUTOR', ...tutor },
    { id: studentId, role: 'STUDENT', ...student },
  ];
  await database.sql(
    `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role, locale)
     SELECT id, $1, email, '', name, role, locale
       FROM jsonb_to_recordset($2) AS p (id uuid, email text, name text, role role, locale text)`,
    organizationId,
    JSON.stringify(people),
  );
  await database.sql(
    `INSERT INTO tutor_student_relation (id, organization_id, tutor_id, student_id, status)
     VALUES ($1, $2, $3, $4, 'ACTIVE')`,
    newId(),
    organizationId,
    tutorId,
    studentId,
  );
  await database.sql(
    `INSERT INTO lesson (id, organization_id, tutor_id, student_id, title, starts_at, ends_at, status)
     VALUES ($1, $2, $3, $4, 'Алгебра & <b>', '2037-11-25T08:00Z', '2037-11-25T09:00Z', 'SCHEDULED')`,
    lessonId,
    organizationId,
    tutorId,
    studentId,
  );
  let sequence = 0;

  return {
    ...{ database, channels, signals, queue, inbox, handlers, sent, tutorId, studentId, lessonId },
    tellOfLesson: (what, userId) =>
      queue.enqueue({
        eventType: `lesson.${what}`,
        userId,
        payload: { lessonId, version: 1, actorId: userId === tutorId ? studentId : tutorId },
      }),
    at(time) {
      now = new Date(time);
    },
    async set(userId, settings) {
      const viewer = { organizationId, userId } as Viewer;
      await createPreferenceService(database).update(viewer, settings);
    },
    async cancelLesson(reason) {
      await database.sql(
        `UPDATE lesson SET status = 'CANCELLED', cancelled_at = now(), cancelled_by_id = tutor_id,
           cancellation_reason = $2, version = version + 1 WHERE id = $1`,
        lessonId,
        reason ?? null,
      );
    },
    async say(authorId) {
      sequence += 1;
      await database.sql(
        `INSERT INTO chat_message (id, organization_id, lesson_id, sequence, author_id, body)
         VALUES ($1, $2, $3, $4, $5, 'Hi')`,
        newId(),
        organizationId,
        lessonId,
        sequence,
        authorId,
      );
      const payload = { roomId: lessonId, kind: 'lesson' as const, sequence, authorId };
      await queue.enqueue({ eventType: 'message.unread', organizationId, payload });
      return sequence;
    },
    async readUpTo(userId, upTo) {
      await database.sql(
        `INSERT INTO chat_read_marker (user_id, room_id, up_to_sequence) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, room_id) DO UPDATE SET up_to_sequence = $3`,
        userId,
        lessonId,
        upTo,
      );
    },
    async markNotificationsRead(userId) {
      await database.sql('UPDATE notification SET read_at = now() WHERE user_id = $1', userId);
    },
    async endRelation() {
      await database.sql(`UPDATE tutor_student_relation SET status = 'ENDED', ended_at = now()`);
    },
    async drain(instead = handlers) {
      const options: QueueWorkerOptions<Schemas> = {
        ...{ database, signals, logger },
        schemas: notificationSchemas,
        handlers: instead,
      };
      return createQueueWorker(options).drain();
    },
    async notificationsOf(userId) {
      const [reader] = await database.sql<{ locale: string; timeZone: string }>(
        'SELECT locale, time_zone AS "timeZone" FROM app_user WHERE id = $1',
        userId,
      );
      const rows = await database.sql<NotificationView>(
        `SELECT id, type, subject, data, created_at AS "createdAt", read_at AS "readAt"
           FROM notification WHERE user_id = $1 ORDER BY created_at, id`,
        userId,
      );
      return rows.map((row) => ({ ...row, ...textOf(row.type, row.data, reader ?? tutorReader) }));
    },
    async eventsOf(userId) {
      const rows = await database.sql<{ kind: string }>(
        'SELECT kind FROM channel_event WHERE channel = $1 ORDER BY seq',
        notificationsChannel(userId),
      );
      return rows.map(({ kind }) => kind);
    },
    items: () =>
      database.sql(
        `SELECT id, event_type AS "eventType", channel, status, attempts, reason, run_at AS "runAt"
           FROM notification_queue_item ORDER BY created_at, id`,
      ),
    async makeDue() {
      await database.sql(
        `UPDATE notification_queue_item SET run_at = now() - interval '1 second' WHERE status = 'PENDING'`,
      );
    },
    async close() {
      await mailer.stop();
      await inbox.stop();
      await channels.stop();
      await signals.stop();
      await database.stop();
      await test.drop();
    },
  };
}

const tutorReader = { locale: 'uk', timeZone: 'Europe/Kyiv' };

/** Follows a user's notifications live; `next` gives what comes after `joined`. */
export async function follow(
  { channels }: Pick<DeliveryTest, 'channels'>,
  userId: string,
): Promise<AsyncIterableIterator<StreamItem, void, undefined>> {
  const stream = channels.subscribe({
    channel: notificationsChannel(userId),
    userId,
    authorize: async () => {},
  });
  await stream.next();
  return stream;
}
