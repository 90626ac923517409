import { encodeId, newId } from '../../src/shared/ids.js';
import { type SmtpInbox, startSmtpInbox } from '../queue/smtp-inbox.js';
import type { Person, School, SeededLesson } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let inbox: SmtpInbox;
let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;

beforeAll(async () => {
  inbox = await startSmtpInbox();
  app = await startApp({ config: { smtpUrl: inbox.url, mailFrom: 'Lectern <school@example.org>' } });
});
afterAll(async () => {
  await app.stop();
  await inbox.stop();
});
beforeEach(async () => {
  school = await app.seed.school();
  tutor = await school.tutor({ displayName: 'Олена Коваль', locale: 'uk' });
  student = await school.student({ displayName: 'Tom', locale: 'en-GB' });
  await school.relation(tutor, student);
});

const day = 86_400_000;
const as = (person: Person) => app.client(person.accessToken);

const schedule = `mutation ($input: ScheduleLessonInput!) { scheduleLesson(input: $input) { lesson { id } } }`;
const cancel = `mutation ($input: CancelLessonInput!) { cancelLesson(input: $input) { lessons { id } } }`;
const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { sequence } } }`;
const markRoomRead = `mutation ($input: MarkReadInput!) { markRead(input: $input) { room { id } } }`;
const list = `query ($unreadOnly: Boolean, $first: Int, $after: String) {
  notifications(unreadOnly: $unreadOnly, first: $first, after: $after) {
    edges { cursor node { id type title body readAt subject { __typename id ... on Lesson { title } } } }
    pageInfo { hasNextPage endCursor } unreadCount eventCursor } }`;
const mark = `mutation ($input: MarkNotificationsReadInput!) {
  markNotificationsRead(input: $input) { notifications { id readAt } unreadCount } }`;
const markAll = `mutation { markAllNotificationsRead { notifications { id } unreadCount } }`;
const events = `subscription ($after: Cursor) { notificationEvents(after: $after) {
  __typename
  ... on ChannelEvent { cursor }
  ... on NotificationAdded { notification { id title subject { id } } unreadCount }
  ... on NotificationsRead { ids unreadCount } } }`;
const stats = `{ notificationQueueStats { pending processing completed failed skipped cancelled oldestPendingSeconds } }`;

interface Node {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly body: string;
  readonly readAt: string | null;
  readonly subject: { readonly __typename: string; readonly id: string } | null;
}

interface List {
  readonly nodes: Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly unreadCount: number;
  readonly eventCursor: string;
}

async function listOf(person: Person, variables: Record<string, unknown> = {}): Promise<List> {
  const { notifications } = await as(person).data(list, variables);
  const { edges, ...rest } = notifications;
  return { nodes: edges.map(({ node }: { node: Node }) => node), ...rest };
}

/** Books a lesson through the API and gives its id. */
async function book(inDays = 2): Promise<string> {
  const startsAt = new Date(Date.now() + inDays * day).toISOString();
  const endsAt = new Date(Date.now() + inDays * day + 3_600_000).toISOString();
  const input = { studentId: student.id, title: 'Algebra', startsAt, endsAt };
  return (await as(tutor).data(schedule, { input })).scheduleLesson.lesson.id;
}

/** Follows the person's notifications, from now or from a cursor on, past `ChannelJoined` unless there is a cursor. */
async function follow(person: Person, after?: string) {
  const received = app.socket(person.accessToken).subscribe(events, after ? { after } : {});
  if (!after) expect((await received.next()).notificationEvents.__typename).toBe('ChannelJoined');
  return async () => (await received.next()).notificationEvents;
}

/** Notifications of one moment, straight in the database; gives their ids as clients see them, the newest first. */
async function seedNotifications(person: Person, lessons: readonly SeededLesson[]): Promise<string[]> {
  const rows = lessons.map((lesson) => ({ id: newId(), subject: lesson.id, key: newId() }));
  await app.foundation.database.sql(
    `INSERT INTO notification (id, organization_id, user_id, type, source_key, subject, data)
     SELECT id, $1, $2, 'lesson.scheduled', key, subject, '{"title":"T","startsAt":"2026-11-25T08:00:00Z",
       "endsAt":"2026-11-25T09:00:00Z","withName":"W","byName":null,"reason":null}'
       FROM jsonb_to_recordset($3) AS n (id uuid, subject text, key text)`,
    school.organizationId,
    person.uuid,
    JSON.stringify(rows),
  );
  return rows.map(({ id }) => encodeId('notification', id)).reverse();
}

it('tells the student of a scheduled lesson: live, in the list and by mail', async () => {
  const next = await follow(student);
  const lessonId = await book();
  await app.deliver();
  const title = 'Lesson “Algebra” is scheduled';
  expect(await next()).toMatchObject({
    __typename: 'NotificationAdded',
    notification: { title, subject: { id: lessonId } },
    unreadCount: 1,
  });
  const { nodes, unreadCount } = await listOf(student);
  expect(nodes).toMatchObject([
    {
      type: 'lesson.scheduled',
      title,
      body: expect.stringContaining('With Олена Коваль: '),
      readAt: null,
      subject: { __typename: 'Lesson', id: lessonId, title: 'Algebra' },
    },
  ]);
  expect(unreadCount).toBe(1);
  const mail = inbox.mails.find(({ recipients }) => recipients.includes(student.email));
  expect(mail?.headers['subject']).toBe(title);
  expect(mail?.text).toContain(nodes[0]?.body);
  expect((await listOf(tutor)).nodes).toEqual([]);
});

it('tells the tutor in Ukrainian that the student has cancelled', async () => {
  const next = await follow(tutor);
  const lessonId = await book();
  await as(student).data(cancel, { input: { lessonId, reason: 'Ill' } });
  await app.deliver();
  const title = 'Заняття «Algebra» скасовано';
  expect(await next()).toMatchObject({ notification: { title }, unreadCount: 1 });
  expect((await listOf(tutor)).nodes).toMatchObject([
    { title, body: expect.stringMatching(/Причина: Ill$/) },
  ]);
  const mail = inbox.mails.find(({ recipients }) => recipients.includes(tutor.email));
  expect(mail?.headers['subject']).toBe(title);
});

it('tells nobody to come to a lesson that was cancelled before the worker ran', async () => {
  const lessonId = await book();
  await as(tutor).data(cancel, { input: { lessonId } });
  await app.deliver();
  expect((await listOf(student)).nodes.map(({ type }) => type)).toEqual(['lesson.cancelled']);
});

it('tells of unread messages once per room, and not of those that were read', async () => {
  const room = await school.lesson(tutor, student, { title: 'Physics' });
  for (const body of ['One', 'Two', 'Three'])
    await as(tutor).data(send, { input: { roomId: room.id, body } });
  await app.deliver();
  expect((await listOf(student)).nodes).toMatchObject([
    { type: 'message.unread', title: '3 unread messages in “Physics”', subject: { __typename: 'ChatRoom' } },
  ]);
  const answered = await as(tutor).data(send, { input: { roomId: room.id, body: 'Four' } });
  const upToSequence = answered.sendMessage.message.sequence;
  await as(student).data(markRoomRead, { input: { roomId: room.id, upToSequence } });
  await app.deliver();
  expect((await listOf(student)).nodes).toMatchObject([{ title: '3 unread messages in “Physics”' }]);
});

it('shows no subject that the viewer may no longer see', async () => {
  const room = await school.lesson(tutor, student);
  await as(tutor).data(send, { input: { roomId: room.id, body: 'Hi' } });
  await app.deliver();
  expect((await listOf(student)).nodes[0]?.subject).not.toBeNull();
  await app.foundation.database.sql(
    `UPDATE tutor_student_relation SET status = 'ENDED', ended_at = now() WHERE organization_id = $1`,
    school.organizationId,
  );
  expect((await listOf(student)).nodes).toMatchObject([{ type: 'message.unread', subject: null }]);
});

it('marks notifications read, again without effect, and tells the other devices once', async () => {
  const [first = '', second = ''] = await seedNotifications(student, await school.lessons(tutor, student, 2));
  const next = await follow(student);
  const marked = (await as(student).data(mark, { input: { ids: [first] } })).markNotificationsRead;
  expect(marked).toMatchObject({
    notifications: [{ id: first, readAt: expect.any(String) }],
    unreadCount: 1,
  });
  const again = (await as(student).data(mark, { input: { ids: [first, first] } })).markNotificationsRead;
  expect(again).toEqual(marked);
  await as(student).data(mark, { input: { ids: [second, first] } });
  expect(await next()).toMatchObject({ __typename: 'NotificationsRead', ids: [first] });
  expect(await next()).toMatchObject({ __typename: 'NotificationsRead', ids: [second], unreadCount: 0 });
});

it('marks nothing when one of the notifications is another’s', async () => {
  const lessons = await school.lessons(tutor, student, 1);
  const [own = ''] = await seedNotifications(student, lessons);
  const [foreign = ''] = await seedNotifications(tutor, lessons);
  const error = await as(student).error(mark, { input: { ids: [own, foreign] } });
  expect(error.extensions).toMatchObject({
    code: 'NOTIFICATION_NOT_FOUND',
    fields: { 'input.ids': [`there is no ${foreign}`] },
  });
  expect((await listOf(student)).unreadCount).toBe(1);
  expect((await listOf(tutor)).unreadCount).toBe(1);
});

it('refuses more than a hundred ids, and ids of other things', async () => {
  const ids = Array.from({ length: 101 }, () => encodeId('notification', newId()));
  const tooMany = await as(student).error(mark, { input: { ids } });
  expect(tooMany.extensions).toMatchObject({
    code: 'VALIDATION_ERROR',
    fields: { 'input.ids': ['must have at most 100 items'] },
  });
  const wrong = await as(student).error(mark, { input: { ids: [student.id] } });
  expect(wrong.extensions.fields).toEqual({ 'input.ids.0': ['must be the id of a notification'] });
});

it('marks all read, gives the newest hundred of them, and tells of every one', async () => {
  const ids = await seedNotifications(student, await school.lessons(tutor, student, 150));
  const next = await follow(student);
  const marked = (await as(student).data(markAll)).markAllNotificationsRead;
  expect(marked.unreadCount).toBe(0);
  expect(marked.notifications.map(({ id }: Node) => id)).toEqual(ids.slice(0, 100));
  const told = [...(await next()).ids, ...(await next()).ids];
  expect(told.sort()).toEqual([...ids].sort());
  expect((await as(student).data(markAll)).markAllNotificationsRead).toEqual({
    notifications: [],
    unreadCount: 0,
  });
});

it('pages newest first through notifications of one moment, and can leave out what was read', async () => {
  const ids = await seedNotifications(student, await school.lessons(tutor, student, 5));
  const first = await listOf(student, { first: 2 });
  const rest = await listOf(student, { first: 10, after: first.pageInfo.endCursor });
  expect([...first.nodes, ...rest.nodes].map(({ id }) => id)).toEqual(ids);
  expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
  await as(student).data(mark, { input: { ids: ids.slice(1) } });
  const unread = await listOf(student, { unreadOnly: true });
  expect(unread.nodes.map(({ id }) => id)).toEqual(ids.slice(0, 1));
  expect(unread.unreadCount).toBe(1);
});

it('replays after the cursor of a page what came since, then goes live', async () => {
  const { eventCursor } = await listOf(student);
  await book(2);
  await app.deliver();
  const next = await follow(student, eventCursor);
  const replayed = await next();
  expect(replayed).toMatchObject({ __typename: 'NotificationAdded', unreadCount: 1 });
  expect((await next()).__typename).toBe('ChannelJoined');
  await as(student).data(mark, { input: { ids: [replayed.notification.id] } });
  expect(await next()).toMatchObject({ __typename: 'NotificationsRead', unreadCount: 0 });
  const resumed = await follow(student, replayed.cursor);
  expect((await resumed()).__typename).toBe('NotificationsRead');
});

it('refuses the cursor of another user’s notifications', async () => {
  const { eventCursor } = await listOf(tutor);
  const received = app.socket(student.accessToken).subscribe(events, { after: eventCursor });
  expect((await received.errors())[0]?.extensions.code).toBe('VALIDATION_ERROR');
});

it('runs the same statements for a list of 20 and of 100 notifications with their subjects', async () => {
  await seedNotifications(student, await school.lessons(tutor, student, 100));
  const counts = [];
  for (const first of [20, 100]) {
    const { result, statements } = await app.statements.during(() => listOf(student, { first }));
    expect(result.nodes.filter(({ subject }) => subject)).toHaveLength(first);
    counts.push(statements.length);
  }
  expect(counts[1]).toBe(counts[0]);
});

it('shows nobody, not even an admin, the notification of another', async () => {
  const [id] = await seedNotifications(student, await school.lessons(tutor, student, 1));
  const node = 'query ($id: ID!) { node(id: $id) { id } }';
  expect((await as(student).data(node, { id })).node).toEqual({ id });
  const strangers = [tutor, await school.admin(), await (await app.seed.school()).student()];
  for (const stranger of strangers) {
    expect((await as(stranger).error(node, { id })).extensions.code).toBe('NOTIFICATION_NOT_FOUND');
  }
});

it('shows the state of the queue to admins only', async () => {
  await book();
  const admin = await school.admin();
  const { notificationQueueStats } = await as(admin).data(stats);
  expect(notificationQueueStats).toMatchObject({ pending: expect.any(Number), failed: 0, cancelled: 0 });
  expect(notificationQueueStats.pending).toBeGreaterThan(0);
  for (const person of [tutor, student]) {
    expect((await as(person).error(stats)).extensions.code).toBe('FORBIDDEN');
  }
});

it.each([
  ['notifications', list],
  ['markNotificationsRead', mark],
  ['markAllNotificationsRead', markAll],
  ['notificationQueueStats', stats],
])('needs a signed-in viewer for %s', async (_field, document) => {
  const variables = document === mark ? { input: { ids: [] } } : {};
  expect((await app.client().error(document, variables)).extensions.code).toBe('UNAUTHENTICATED');
});

it('needs a signed-in viewer for the subscription', async () => {
  const [error] = await app.socket().subscribe(events).errors();
  expect(error?.extensions.code).toBe('UNAUTHENTICATED');
});
