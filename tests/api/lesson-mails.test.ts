import ICAL from 'ical.js';
import type { ReceivedMail } from '../queue/received-mail.js';
import { startSmtpInbox } from '../queue/smtp-inbox.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { booking, cancel, pairWithClients, schedule } from './lesson-operations.js';
import { book, mondays } from './series-operations.js';

let inbox: Awaited<ReturnType<typeof startSmtpInbox>>;
let app: TestApp;
beforeAll(async () => {
  inbox = await startSmtpInbox();
  app = await startApp({ config: { smtpUrl: inbox.url, mailFrom: 'Lectern <school@example.org>' } });
});
afterAll(async () => {
  await app.stop();
  await inbox.stop();
});

/** The mails to an address, once what is due has been delivered. */
async function mailsTo(address: string): Promise<ReceivedMail[]> {
  await app.deliver();
  return inbox.mails.filter(({ recipients }) => recipients.includes(address));
}

function calendarOf(mail: ReceivedMail | undefined) {
  const [attachment, ...others] = mail?.attachments ?? [];
  expect(others).toEqual([]);
  const calendar = new ICAL.Component(ICAL.parse(attachment?.content ?? ''));
  const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
  return { contentType: attachment?.contentType, method: calendar.getFirstPropertyValue('method'), events };
}

it('the mail about a lesson has an invitation, the one about its cancellation takes it back', async () => {
  const { student, asTutor } = await pairWithClients(app);
  const lesson = await schedule(asTutor, booking(student, 30));
  const [invitation] = await mailsTo(student.email);
  const before = calendarOf(invitation);
  expect(before.contentType).toMatch(/^text\/calendar; charset=utf-8; method=REQUEST\b/);
  expect(before.method).toBe('REQUEST');
  expect(before.events).toHaveLength(1);
  const [event] = before.events;
  expect(event?.uid).toBe(`${lesson.id}@lectern`);
  expect(event?.startDate.toJSDate().toISOString()).toBe(lesson.startsAt);
  expect(event?.organizer).toBe('mailto:school@example.org');
  expect(event?.attendees.map((one) => one.getFirstValue())).toEqual([`mailto:${student.email}`]);
  expect(invitation?.text).toContain('Algebra');

  await cancel(asTutor, { lessonId: lesson.id });
  const after = calendarOf((await mailsTo(student.email))[1]);
  expect(after.method).toBe('CANCEL');
  expect(after.events[0]?.uid).toBe(event?.uid);
  expect(after.events[0]?.sequence).toBe(2);
  expect(after.events[0]?.component.getFirstPropertyValue('status')).toBe('CANCELLED');
});

it('the mail about a series has all of its lessons', async () => {
  const { student, asTutor } = await pairWithClients(app);
  const { lessons } = await book(asTutor, mondays(student, { localStart: '2099-03-16T10:00' }));
  const { method, events } = calendarOf((await mailsTo(student.email))[0]);
  expect(method).toBe('PUBLISH');
  expect(events.map(({ uid }) => uid)).toEqual(lessons.map(({ id }: { id: string }) => `${id}@lectern`));
});

it('the mail about a message has nothing attached', async () => {
  const { school, tutor, student, asTutor } = await pairWithClients(app);
  const lesson = await school.lesson(tutor, student);
  const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
  await asTutor.data(send, { input: { roomId: lesson.id, body: 'Hello' } });
  const [mail] = await mailsTo(student.email);
  expect(mail?.attachments).toEqual([]);
});
