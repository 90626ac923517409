import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/platform/clock.js';
import { createFileMailer } from '../../src/platform/mail/file-mailer.js';
import {
  type DeliveryTest,
  follow,
  type Handlers,
  openDeliveryTest,
  student,
  tutor,
} from './delivery-fixture.js';
import { parseMail } from './received-mail.js';

let test: DeliveryTest;
beforeEach(async () => {
  test = await openDeliveryTest();
});
afterEach(() => test.close());

/** Expands, and leaves what is to be sent for later. */
const withoutSending = (): Handlers => ({
  ...test.handlers,
  '*:EMAIL': () => ({ kind: 'deferred', delaySeconds: 60 }),
});

it('tells a student in English of a lesson that was scheduled: in the list, live and by mail', async () => {
  const stream = await follow(test, test.studentId);
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  const [notification] = await test.notificationsOf(test.studentId);
  expect(notification).toMatchObject({
    type: 'lesson.scheduled',
    title: 'Lesson “Алгебра & <b>” is scheduled',
    readAt: null,
  });
  expect(notification?.body).toMatch(/^With Олена Коваль: Wednesday, 25 November 2037, 10:00.11:00 EET\.$/);
  const { value: item } = await stream.next();
  await stream.return?.();
  expect(item).toMatchObject({
    event: { kind: 'notification.added', payload: { notificationId: notification?.id } },
  });
  const [mail] = test.inbox.mails;
  expect(mail?.recipients).toEqual([student.email]);
  expect(mail?.headers).toMatchObject({
    subject: notification?.title,
    to: student.email,
    from: 'Lectern <school@example.org>',
    'auto-submitted': 'auto-generated',
  });
  expect(mail?.text).toContain('Hello Tom & <Tim>,');
  expect(mail?.text).toContain(notification?.body);
  expect(test.sent).toEqual(['IN_APP', 'EMAIL']);
});

it('writes to a tutor in Ukrainian when a lesson is cancelled, with the reason', async () => {
  await test.cancelLesson('Захворів');
  await test.tellOfLesson('cancelled', test.tutorId);
  await test.drain();
  const [mail] = test.inbox.mails;
  expect(mail?.recipients).toEqual([tutor.email]);
  expect(mail?.headers['subject']).toBe('Заняття «Алгебра & <b>» скасовано');
  expect(mail?.text).toContain('Добрий день, Олена Коваль!');
  expect(mail?.text).toMatch(/Tom & <Tim>, середа, 25 листопада 2037.*Причина: Захворів/);
});

it('escapes in HTML what people typed', async () => {
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  const html = test.inbox.mails[0]?.html;
  expect(html).toContain('<html lang="en"');
  expect(html).toContain('Lesson “Алгебра &amp; &lt;b&gt;” is scheduled');
  expect(html).not.toContain('<b>');
});

it('invites a student, and nobody any more once the invitation was answered', async () => {
  const [relation] = await test.database.sql<{ id: string }>(
    `UPDATE tutor_student_relation SET status = 'INVITED', note = 'Let us begin' RETURNING id`,
  );
  const payload = { relationId: relation?.id ?? '', tutorId: test.tutorId, studentId: test.studentId };
  const item = { eventType: 'relation.invited', userId: test.studentId, payload } as const;
  await test.queue.enqueue(item);
  await test.drain();
  expect(await test.notificationsOf(test.studentId)).toMatchObject([
    { title: 'Олена Коваль invites you to lessons', body: '“Let us begin”' },
  ]);
  await test.database.sql(`UPDATE tutor_student_relation SET status = 'DECLINED'`);
  const second = await test.queue.enqueue(item);
  await test.drain();
  expect((await test.items()).find(({ id }) => id === second)).toMatchObject({
    status: 'SKIPPED',
    reason: 'The invitation is not open any more.',
  });
});

it('tells nobody to come to a lesson that was cancelled before the worker ran', async () => {
  await test.tellOfLesson('scheduled', test.studentId);
  await test.cancelLesson();
  expect(await test.drain()).toEqual({ completed: 0, failed: 0, skipped: 1 });
  expect(await test.items()).toMatchObject([
    { status: 'SKIPPED', reason: 'The lesson is CANCELLED by now.' },
  ]);
  expect(await test.notificationsOf(test.studentId)).toEqual([]);
  expect(await test.eventsOf(test.studentId)).toEqual([]);
  expect(test.inbox.mails).toEqual([]);
});

it('sends no mail of a lesson that was cancelled while the mail waited', async () => {
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain(withoutSending());
  await test.cancelLesson();
  await test.makeDue();
  await test.drain();
  expect(await test.items()).toMatchObject([
    { channel: null, status: 'COMPLETED' },
    { channel: 'EMAIL', status: 'SKIPPED', reason: 'The lesson is CANCELLED by now.' },
  ]);
  expect(test.inbox.mails).toEqual([]);
});

it('tells of the same cause once, however often it is enqueued', async () => {
  await test.tellOfLesson('scheduled', test.studentId);
  await test.tellOfLesson('scheduled', test.studentId);
  expect(await test.drain()).toEqual({ completed: 2, failed: 0, skipped: 1 });
  expect(await test.notificationsOf(test.studentId)).toHaveLength(1);
  expect(await test.eventsOf(test.studentId)).toHaveLength(1);
  expect(test.inbox.mails).toHaveLength(1);
});

it('tells once when a worker loses its lease between the claim and the commit', async () => {
  await test.tellOfLesson('scheduled', test.studentId);
  let runs = 0;
  const seen: number[] = [];
  const cutOnce: Handlers = {
    ...test.handlers,
    '*': async (item, context) => {
      runs += 1;
      seen.push((await test.notificationsOf(test.studentId)).length);
      // What a rescue does to the items of a worker that is taken for dead.
      if (runs === 1) {
        await test.database.sql(
          `UPDATE notification_queue_item SET status = 'PENDING', lease_token = NULL, lease_until = NULL`,
        );
      }
      return test.handlers['*']?.(item, context) ?? { kind: 'completed' };
    },
  };
  await test.drain(cutOnce);
  await test.drain(cutOnce);
  expect(seen).toEqual([0, 0]);
  expect(await test.notificationsOf(test.studentId)).toHaveLength(1);
  expect(await test.eventsOf(test.studentId)).toEqual(['notification.added']);
  expect(test.inbox.mails).toHaveLength(1);
  expect(test.sent).toEqual(['IN_APP', 'EMAIL']);
});

it('keeps unread messages of a room in one notification and one mail', async () => {
  for (let n = 0; n < 3; n += 1) await test.say(test.tutorId);
  await test.drain();
  expect(await test.notificationsOf(test.studentId)).toMatchObject([
    { title: '3 unread messages in “Алгебра & <b>”', body: 'The last one is from Олена Коваль.' },
  ]);
  const statuses = (await test.items()).map(({ channel, status }) => `${channel ?? 'event'} ${status}`);
  expect(statuses.sort()).toEqual(['EMAIL COMPLETED', 'event COMPLETED', 'event SKIPPED', 'event SKIPPED']);
  expect(test.inbox.mails).toHaveLength(1);
  expect(await test.notificationsOf(test.tutorId)).toEqual([]);
});

it('renews an unread notification with a later message: live, but without a second mail', async () => {
  await test.say(test.tutorId);
  await test.drain();
  const [first] = await test.notificationsOf(test.studentId);
  await test.say(test.tutorId);
  await test.drain();
  const [renewed, ...others] = await test.notificationsOf(test.studentId);
  expect(others).toEqual([]);
  expect(renewed).toMatchObject({
    id: first?.id,
    title: '2 unread messages in “Алгебра & <b>”',
    readAt: null,
  });
  expect(renewed?.createdAt.getTime()).toBeGreaterThan(
    first?.createdAt.getTime() ?? Number.POSITIVE_INFINITY,
  );
  expect(await test.eventsOf(test.studentId)).toEqual(['notification.added', 'notification.added']);
  expect(test.inbox.mails).toHaveLength(1);
});

it('makes a notification that was read unread again with a later message, and mails anew', async () => {
  await test.say(test.tutorId);
  await test.drain();
  await test.markNotificationsRead(test.studentId);
  await test.readUpTo(test.studentId, 1);
  await test.say(test.tutorId);
  await test.drain();
  expect(await test.notificationsOf(test.studentId)).toMatchObject([
    { title: '1 unread message in “Алгебра & <b>”', readAt: null },
  ]);
  expect(test.inbox.mails).toHaveLength(2);
});

it('lets a mail that still waits tell the later news, instead of a second one', async () => {
  await test.say(test.tutorId);
  await test.drain(withoutSending());
  await test.markNotificationsRead(test.studentId);
  await test.say(test.tutorId);
  await test.drain(withoutSending());
  await test.makeDue();
  await test.drain();
  expect(test.inbox.mails.map(({ headers }) => headers['subject'])).toEqual([
    '2 unread messages in “Алгебра & <b>”',
  ]);
});

it('makes one notification of messages that two workers expand at once', async () => {
  for (let n = 0; n < 20; n += 1) await test.say(test.tutorId);
  await Promise.all([test.drain(), test.drain()]);
  expect(await test.notificationsOf(test.studentId)).toMatchObject([
    { title: '20 unread messages in “Алгебра & <b>”' },
  ]);
  expect(test.inbox.mails).toHaveLength(1);
});

it.each([
  ['was read meanwhile', 'The message was read meanwhile.', () => test.readUpTo(test.studentId, 1)],
  ['is of a relation that ended', 'The user has no access to the chat any more.', () => test.endRelation()],
  [
    'was deleted meanwhile',
    'The message was deleted meanwhile.',
    () => test.database.sql('UPDATE chat_message SET body = NULL, deleted_at = now()'),
  ],
])('skips a message that %s', async (_what, reason, change) => {
  await test.say(test.tutorId);
  await change();
  await test.drain();
  expect(await test.items()).toMatchObject([{ status: 'SKIPPED', reason }]);
  expect(await test.notificationsOf(test.studentId)).toEqual([]);
});

it.each([
  ['message', 'The message was read meanwhile.', () => test.readUpTo(test.studentId, 1)],
  ['notification', 'The notification was read meanwhile.', () => test.markNotificationsRead(test.studentId)],
])('does not mail a message whose %s was read while the mail waited', async (_what, reason, change) => {
  await test.say(test.tutorId);
  await test.drain(withoutSending());
  await change();
  await test.makeDue();
  await test.drain();
  expect((await test.items())[1]).toMatchObject({ channel: 'EMAIL', status: 'SKIPPED', reason });
  expect(test.inbox.mails).toEqual([]);
});

it('gives up at once on an address that is refused for good', async () => {
  test.inbox.refuse(student.email, 550);
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  expect((await test.items())[1]).toMatchObject({ channel: 'EMAIL', status: 'FAILED', attempts: 1 });
  expect(await test.notificationsOf(test.studentId)).toHaveLength(1);
});

it('tries again when an address is refused for now, with the same Message-ID', async () => {
  test.inbox.refuse(student.email, 450);
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  const [, mail] = await test.items();
  expect(mail).toMatchObject({ channel: 'EMAIL', status: 'PENDING', attempts: 1 });
  test.inbox.forgive();
  await test.makeDue();
  await test.drain();
  expect(test.inbox.mails[0]?.headers).toMatchObject({
    'message-id': `<${mail?.id}@example.org>`,
    'idempotency-key': mail?.id,
  });
});

it('writes mails into a folder when there is no server, in the order of time', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lectern-mail-'));
  const clock = systemClock;
  const mailerOf = () => createFileMailer({ directory, from: 'school@example.org', clock });
  const files = await openDeliveryTest({ mailerOf });
  try {
    await files.tellOfLesson('scheduled', files.studentId);
    await files.drain();
    await files.tellOfLesson('scheduled', files.tutorId);
    await files.drain();
    const names = (await readdir(directory)).sort();
    expect(names).toEqual([expect.stringMatching(/^\d{8}T\d{6}\.\d{3}Z-.*\.eml$/), expect.any(String)]);
    const raw = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
    const mails = raw.map((text) => parseMail(text, []));
    expect(mails.map(({ headers }) => headers['to'])).toEqual([student.email, tutor.email]);
    expect(mails[1]?.headers['subject']).toBe('Заняття «Алгебра & <b>» заплановано');
  } finally {
    await files.close();
    await rm(directory, { recursive: true, force: true });
  }
});

it('lets a file go along with a mail', async () => {
  const file = {
    filename: 'lesson.ics',
    contentType: 'text/calendar; charset=utf-8',
    content: 'Алгебра\r\n',
  };
  const other = await openDeliveryTest({ attachmentsOf: async () => [file] });
  try {
    await other.tellOfLesson('scheduled', other.studentId);
    await other.drain();
    const [mail] = other.inbox.mails;
    expect(mail?.attachments).toMatchObject([{ content: file.content }]);
    expect(mail?.html).toContain('<html lang="en"');
  } finally {
    await other.close();
  }
});
