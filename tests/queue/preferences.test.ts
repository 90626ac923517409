import { type DeliveryTest, noon, openDeliveryTest } from './delivery-fixture.js';

let test: DeliveryTest;
beforeEach(async () => {
  test = await openDeliveryTest();
  // What is put off until a time waits for the database's clock, so the times are far ahead of it.
  test.at('2037-11-23T10:00:00Z');
});
afterEach(() => test.close());

const subjects = () => test.inbox.mails.map(({ headers }) => headers['subject']);
const ofChannel = async (channel: string | null) =>
  (await test.items()).filter((item) => item.channel === channel);
const scheduled = 'Lesson “Алгебра & <b>” is scheduled';

async function addLesson(startsAt: string): Promise<string> {
  const [row] = await test.database.sql<{ id: string }>(
    `INSERT INTO lesson (id, organization_id, tutor_id, student_id, title, starts_at, ends_at, status)
     SELECT gen_random_uuid(), organization_id, tutor_id, student_id, 'Physics', $1::timestamptz,
            $1::timestamptz + interval '1 hour', 'SCHEDULED' FROM lesson LIMIT 1 RETURNING id`,
    startsAt,
  );
  return row?.id ?? '';
}

it('keeps why a mail was not sent that the user has turned off, and tells in the application', async () => {
  const off = { type: 'lesson.scheduled', channel: 'EMAIL', enabled: false } as const;
  await test.set(test.studentId, { preferences: [off] });
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  expect(await ofChannel('EMAIL')).toMatchObject([
    { status: 'SKIPPED', reason: 'The user has turned EMAIL off for lesson.scheduled.' },
  ]);
  expect(test.inbox.mails).toEqual([]);
  expect(await test.notificationsOf(test.studentId)).toHaveLength(1);
});

it('mails without telling in the application when that is turned off', async () => {
  const off = { type: 'lesson.scheduled', channel: 'IN_APP', enabled: false } as const;
  await test.set(test.studentId, { preferences: [off] });
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  expect(subjects()).toEqual([scheduled]);
  expect(await test.eventsOf(test.studentId)).toEqual([]);
  expect(await ofChannel('IN_APP')).toMatchObject([
    { status: 'SKIPPED', reason: 'The user has turned IN_APP off for lesson.scheduled.' },
  ]);
  expect(test.sent).toEqual(['EMAIL']);
});

it('mails once for messages that come one after the other while none is shown', async () => {
  const off = { type: 'message.unread', channel: 'IN_APP', enabled: false } as const;
  await test.set(test.studentId, { preferences: [off] });
  for (let n = 0; n < 2; n += 1) {
    await test.say(test.tutorId);
    await test.drain();
  }
  expect(test.inbox.mails).toHaveLength(1);
});

it('holds a mail back until quiet hours end, without any cost', async () => {
  await test.set(test.studentId, { quietHours: { from: 22 * 60, to: 7 * 60 } });
  test.at('2037-11-23T23:00:00Z');
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  expect(await test.eventsOf(test.studentId)).toEqual(['notification.added']);
  const [mail] = await ofChannel('EMAIL');
  expect(mail).toMatchObject({ status: 'PENDING', attempts: 0, runAt: new Date('2037-11-24T05:00:00Z') });
  test.at('2037-11-24T05:00:00Z');
  await test.makeDue();
  await test.drain();
  expect(subjects()).toEqual([scheduled]);
});

it('does not send after quiet hours what is pointless by then', async () => {
  await test.set(test.studentId, { quietHours: { from: 22 * 60, to: 11 * 60 } });
  test.at('2037-11-24T23:00:00Z');
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  // The lesson begins at 08:00Z, an hour before they end.
  test.at('2037-11-25T09:00:00Z');
  await test.makeDue();
  await test.drain();
  expect(await ofChannel('EMAIL')).toMatchObject([
    { status: 'SKIPPED', reason: 'The lesson has begun by now.' },
  ]);
});

it('mails a cancellation at once, in quiet hours and however mail is gathered', async () => {
  await test.set(test.studentId, { quietHours: { from: 22 * 60, to: 7 * 60 }, digest: 'DAILY' });
  test.at('2037-11-23T23:00:00Z');
  await test.cancelLesson();
  await test.tellOfLesson('cancelled', test.studentId);
  await test.drain();
  expect(subjects()).toEqual(['Lesson “Алгебра & <b>” is cancelled']);
  expect(test.inbox.mails[0]?.headers['list-unsubscribe']).toBeUndefined();
});

it('gathers mails in one digest at 08:00 local time, without what is pointless by then', async () => {
  await test.set(test.studentId, { digest: 'DAILY' });
  const physics = await addLesson('2037-11-27T08:00:00Z');
  const dropped = await addLesson('2037-11-28T08:00:00Z');
  for (const lessonId of [test.lessonId, physics, dropped]) {
    const payload = { lessonId, version: 1, actorId: test.tutorId };
    await test.queue.enqueue({ eventType: 'lesson.scheduled', userId: test.studentId, payload });
    await test.drain();
  }
  expect(test.inbox.mails).toEqual([]);
  expect(
    (await ofChannel('EMAIL')).map(({ eventType, status, reason }) => [eventType, status, reason]),
  ).toEqual([
    ['lesson.scheduled', 'SKIPPED', 'It goes into the digest of 2037-11-24T06:00:00.000Z.'],
    ['notification.digest', 'PENDING', null],
    ['lesson.scheduled', 'SKIPPED', 'It goes into the digest of 2037-11-24T06:00:00.000Z.'],
    ['lesson.scheduled', 'SKIPPED', 'It goes into the digest of 2037-11-24T06:00:00.000Z.'],
  ]);
  await test.database.sql(
    `UPDATE lesson SET status = 'CANCELLED', cancelled_at = now() WHERE id = $1`,
    dropped,
  );
  test.at('2037-11-24T06:00:00Z');
  await test.makeDue();
  await test.drain();
  const [mail, ...others] = test.inbox.mails;
  expect(others).toEqual([]);
  expect(mail?.headers['subject']).toBe('Your 2 notifications');
  expect(mail?.text).toContain(scheduled);
  expect(mail?.text).toContain('Lesson “Physics” is scheduled');
  expect(mail?.headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
  const last = (await ofChannel('EMAIL')).at(-1);
  expect(last).toMatchObject({ status: 'SKIPPED', reason: 'The lesson is CANCELLED by now.' });
});

it('does not keep for tomorrow what a user wants hourly by now', async () => {
  await test.set(test.studentId, { digest: 'DAILY' });
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  await test.set(test.studentId, { digest: 'HOURLY' });
  const payload = { lessonId: await addLesson('2037-11-27T08:00:00Z'), version: 1, actorId: test.tutorId };
  await test.queue.enqueue({ eventType: 'lesson.scheduled', userId: test.studentId, payload });
  await test.drain();
  const due = (await ofChannel('EMAIL')).filter(({ status }) => status === 'PENDING');
  expect(due.map(({ runAt }) => runAt.toISOString()).sort()).toEqual([
    '2037-11-23T11:00:00.000Z',
    '2037-11-24T06:00:00.000Z',
  ]);
});

it('sends a digest only when quiet hours have ended', async () => {
  await test.set(test.studentId, { digest: 'DAILY', quietHours: { from: 22 * 60, to: 9 * 60 } });
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  test.at('2037-11-24T06:00:00Z');
  await test.makeDue();
  await test.drain();
  expect(test.inbox.mails).toEqual([]);
  const [digest] = (await test.items()).filter(({ status }) => status === 'PENDING');
  expect(digest).toMatchObject({ eventType: 'notification.digest', runAt: new Date('2037-11-24T07:00:00Z') });
  test.at('2037-11-24T07:00:00Z');
  await test.makeDue();
  await test.drain();
  expect(subjects()).toEqual(['Your notification']);
});

it('sends no digest when everything in it was read meanwhile', async () => {
  await test.set(test.studentId, { digest: 'HOURLY' });
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  await test.markNotificationsRead(test.studentId);
  test.at('2037-11-23T11:00:00Z');
  await test.makeDue();
  await test.drain();
  expect(test.inbox.mails).toEqual([]);
  expect((await ofChannel('EMAIL')).map(({ reason }) => reason)).toEqual([
    'It goes into the digest of 2037-11-23T11:00:00.000Z.',
    'Nothing is left that the digest could tell.',
    'The notification was read meanwhile.',
  ]);
});

it('puts what comes while a digest is being sent into the next one', async () => {
  await test.set(test.studentId, { digest: 'HOURLY' });
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  const physics = await addLesson('2037-11-27T08:00:00Z');
  test.at('2037-11-23T11:00:00Z');
  await test.makeDue();
  const send = test.handlers['notification.digest:EMAIL'];
  await test.drain({
    ...test.handlers,
    'notification.digest:EMAIL': async (item, context) => {
      // The digest is in a worker's hands: another cannot be enqueued beside it.
      const payload = { lessonId: physics, version: 1, actorId: test.tutorId };
      await test.queue.enqueue({ eventType: 'lesson.scheduled', userId: test.studentId, payload });
      await test.drain();
      return send?.(item, context) ?? { kind: 'completed' };
    },
  });
  expect(test.inbox.mails).toHaveLength(1);
  test.at('2037-11-23T12:00:00Z');
  await test.makeDue();
  await test.drain();
  expect(test.inbox.mails).toHaveLength(2);
  expect(test.inbox.mails[1]?.text).toContain('Lesson “Physics” is scheduled');
});

it('does not count it as a failure of a mail when the server closes its service', async () => {
  // Of the day on which it was enqueued: patience with a provider ends after 24 hours.
  test.at(noon.toISOString());
  test.inbox.refuse('tom@example.org', 421);
  await test.tellOfLesson('scheduled', test.studentId);
  await test.drain();
  expect(await ofChannel('EMAIL')).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
});

it('does not count an outage of the mail server as failures of the mails', async () => {
  // Of the day on which it was enqueued: patience with a provider ends after 24 hours.
  test.at(noon.toISOString());
  await test.inbox.stop();
  await test.tellOfLesson('scheduled', test.studentId);
  await test.tellOfLesson('scheduled', test.tutorId);
  await test.drain();
  expect(await ofChannel('EMAIL')).toMatchObject([
    { status: 'PENDING', attempts: 0 },
    { status: 'PENDING', attempts: 0 },
  ]);
});
