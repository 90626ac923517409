import { type SmtpInbox, startSmtpInbox } from '../queue/smtp-inbox.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let inbox: SmtpInbox;
let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;

beforeAll(async () => {
  inbox = await startSmtpInbox();
  app = await startApp({ config: { smtpUrl: inbox.url, publicUrl: 'https://school.example' } });
});
afterAll(async () => {
  await app.stop();
  await inbox.stop();
});
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student } = await school.pair());
});

interface Row {
  readonly type: string;
  readonly channel: string;
  readonly enabled: boolean;
}

const as = (person: Person) => app.client(person.accessToken);
const fields = 'preferences { type channel enabled } quietHours { from to } digest';
const read = `{ notificationPreferences { ${fields} } }`;
const update = `mutation ($input: UpdateNotificationPreferencesInput!) {
  updateNotificationPreferences(input: $input) { preferences { ${fields} } } }`;
const readDefaults = '{ notificationDefaults { type channel enabled } }';
const updateDefaults = `mutation ($input: UpdateNotificationDefaultsInput!) {
  updateNotificationDefaults(input: $input) { preferences { type channel enabled } } }`;

const mail = (type: string, enabled: boolean) => ({ type, channel: 'EMAIL', enabled });
const off = (rows: readonly Row[]) =>
  rows.filter(({ enabled }) => !enabled).map(({ type, channel }) => `${type} ${channel}`);
const preferencesOf = async (person: Person) => (await as(person).data(read)).notificationPreferences;

/** Books a lesson and gives the mail that the student gets of it. */
async function mailOfLesson() {
  const count = inbox.mails.length;
  const start = Date.now() + (count + 1) * 86_400_000;
  const [startsAt, endsAt] = [start, start + 3_600_000].map((time) => new Date(time).toISOString());
  await as(tutor).data(
    'mutation ($input: ScheduleLessonInput!) { scheduleLesson(input: $input) { lesson { id } } }',
    { input: { studentId: student.id, title: 'Algebra', startsAt, endsAt } },
  );
  await app.deliver();
  return inbox.mails[count];
}

it('has everything on, no quiet hours and mail at once, until something is set', async () => {
  const { preferences, quietHours, digest } = await preferencesOf(student);
  expect(off(preferences)).toEqual([]);
  expect(preferences).toContainEqual(mail('lesson.scheduled', true));
  expect(new Set(preferences.map(({ channel }: Row) => channel))).toEqual(
    new Set(['IN_APP', 'EMAIL', 'PUSH']),
  );
  expect({ quietHours, digest }).toEqual({ quietHours: null, digest: 'IMMEDIATE' });
});

it('changes what is named and leaves the rest', async () => {
  const quietHours = { from: '22:00', to: '07:30' };
  await as(student).data(update, { input: { quietHours, digest: 'DAILY' } });
  await as(student).data(update, { input: { preferences: [mail('lesson.scheduled', false)] } });
  const input = { preferences: [mail('message.unread', false)] };
  const { updateNotificationPreferences } = await as(student).data(update, { input });
  expect(off(updateNotificationPreferences.preferences.preferences)).toEqual([
    'lesson.scheduled EMAIL',
    'message.unread EMAIL',
  ]);
  expect(await preferencesOf(student)).toMatchObject({ quietHours, digest: 'DAILY' });
  await as(student).data(update, { input: { quietHours: null, digest: 'IMMEDIATE' } });
  expect(await preferencesOf(student)).toMatchObject({ quietHours: null, digest: 'IMMEDIATE' });
  expect(off((await preferencesOf(tutor)).preferences)).toEqual([]);
});

it.each([
  [
    'quiet hours that end when they begin',
    { quietHours: { from: '22:00', to: '22:00' } },
    'input.quietHours.to',
  ],
  ['a time that no clock shows', { quietHours: { from: '24:00', to: '07:00' } }, 'input.quietHours.from'],
  [
    'a type that does not exist',
    { preferences: [mail('lesson.teleported', false)] },
    'input.preferences.0.type',
  ],
  [
    'turning off what is critical',
    { preferences: [mail('lesson.cancelled', false)] },
    'input.preferences.0.enabled',
  ],
  [
    'the channel of the school',
    { preferences: [{ type: 'lesson.scheduled', channel: 'WEBHOOK', enabled: false }] },
    'input.preferences.0.channel',
  ],
])('refuses %s', async (_what, input, path) => {
  const { extensions } = await as(student).error(update, { input });
  expect(extensions).toMatchObject({ code: 'VALIDATION_ERROR', fields: { [path]: [expect.any(String)] } });
  expect(off((await preferencesOf(student)).preferences)).toEqual([]);
});

it('lets an admin set what holds for those of the school who have not set it', async () => {
  const admin = await school.admin();
  await as(student).data(update, { input: { preferences: [mail('lesson.scheduled', true)] } });
  const input = { preferences: [mail('lesson.scheduled', false), mail('relation.invited', false)] };
  const { updateNotificationDefaults } = await as(admin).data(updateDefaults, { input });
  expect(off(updateNotificationDefaults.preferences)).toEqual(off((await preferencesOf(tutor)).preferences));
  expect(off((await preferencesOf(tutor)).preferences)).toEqual([
    'lesson.scheduled EMAIL',
    'relation.invited EMAIL',
  ]);
  expect(off((await preferencesOf(student)).preferences)).toEqual(['relation.invited EMAIL']);
  const stranger = await (await app.seed.school()).tutor();
  expect(off((await preferencesOf(stranger)).preferences)).toEqual([]);
  expect(off((await as(admin).data(readDefaults)).notificationDefaults)).toHaveLength(2);
});

it('refuses the school’s defaults to all but admins, and everything to nobody', async () => {
  const input = { preferences: [mail('lesson.scheduled', false)] };
  expect((await as(tutor).error(updateDefaults, { input })).extensions.code).toBe('FORBIDDEN');
  expect((await as(student).error(readDefaults)).extensions.code).toBe('FORBIDDEN');
  expect((await app.client().error(read)).extensions.code).toBe('UNAUTHENTICATED');
  expect((await app.client().error(update, { input })).extensions.code).toBe('UNAUTHENTICATED');
});

it('neither lists nor counts what is not to be told in the application', async () => {
  const list = '{ notifications { unreadCount edges { node { id } } } }';
  const shown = { type: 'lesson.scheduled', channel: 'IN_APP', enabled: false };
  await as(student).data(update, { input: { preferences: [shown] } });
  expect(await mailOfLesson()).toBeDefined();
  expect((await as(student).data(list)).notifications).toEqual({ unreadCount: 0, edges: [] });
  await as(student).data(update, { input: { preferences: [{ ...shown, enabled: true }] } });
  await mailOfLesson();
  const { notifications } = await as(student).data(list);
  expect({ unread: notifications.unreadCount, listed: notifications.edges.length }).toEqual({
    unread: 1,
    listed: 1,
  });
});

it('unsubscribes with one click from the mail, and with a question for people', async () => {
  const received = await mailOfLesson();
  expect(received?.headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
  const link = /^<https:\/\/school\.example(.+)>$/.exec(received?.headers['list-unsubscribe'] ?? '')?.[1];
  expect(received?.text).toContain(`https://school.example${link}`);

  const asked = await fetch(`${app.origin}${link}`);
  expect(asked.status).toBe(200);
  expect(await asked.text()).toContain('<form method="post">');
  expect(off((await preferencesOf(student)).preferences)).toEqual([]);

  const done = await fetch(`${app.origin}${link}`, {
    method: 'POST',
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  });
  expect(done.status).toBe(200);
  expect(off((await preferencesOf(student)).preferences)).toEqual(['lesson.scheduled EMAIL']);
});

it('unsubscribes with a body as a form of several parts too, as some mail programs send it', async () => {
  const received = await mailOfLesson();
  const link = /example(.+)>$/.exec(received?.headers['list-unsubscribe'] ?? '')?.[1];
  const body = new FormData();
  body.set('List-Unsubscribe', 'One-Click');
  expect((await fetch(`${app.origin}${link}`, { method: 'POST', body })).status).toBe(200);
  expect(off((await preferencesOf(student)).preferences)).toEqual(['lesson.scheduled EMAIL']);
});

it('unsubscribes nobody with a link that was changed', async () => {
  const received = await mailOfLesson();
  const link = /example(.+)>$/.exec(received?.headers['list-unsubscribe'] ?? '')?.[1] ?? '';
  const changed = `${link.slice(0, -6)}AAAAAA`;
  for (const path of [changed, link.split('?')[0] as string, `${link.split('=')[0]}=`]) {
    const answer = await fetch(`${app.origin}${path}`, { method: 'POST' });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
  }
  expect(off((await preferencesOf(student)).preferences)).toEqual([]);
});
