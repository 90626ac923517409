import { type HttpReceiver, startHttpReceiver } from '../queue/http-receiver.js';
import { type Browser, decryptPush, newBrowser } from '../queue/push-receiver.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let app: TestApp;
let service: HttpReceiver;
let school: School;
let tutor: Person;
let student: Person;
let browser: Browser;

beforeAll(async () => {
  app = await startApp({ config: { outboundInsecure: true, vapidSubject: 'mailto:school@example.org' } });
});
afterAll(() => app.stop());
beforeEach(async () => {
  service = await startHttpReceiver();
  service.answer(201);
  school = await app.seed.school();
  tutor = await school.tutor();
  student = await school.student({ locale: 'uk' });
  await school.relation(tutor, student);
  browser = newBrowser();
});
afterEach(() => service.stop());

const as = (person: Person) => app.client(person.accessToken);
const register =
  'mutation ($input: RegisterPushSubscriptionInput!) { registerPushSubscription(input: $input) { ok } }';
const schedule = `mutation ($input: ScheduleLessonInput!) { scheduleLesson(input: $input) { lesson { id } } }`;

const subscription = (path = '/one', keys = browser) => ({
  endpoint: `${service.url}${path}`,
  p256dh: keys.p256dh.toString('base64url'),
  auth: keys.auth.toString('base64url'),
});

let days = 0;
async function book(): Promise<string> {
  days += 1;
  const startsAt = new Date(Date.now() + days * 86_400_000).toISOString();
  const endsAt = new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString();
  const input = { studentId: student.id, title: 'Алгебра', startsAt, endsAt };
  return (await as(tutor).data(schedule, { input })).scheduleLesson.lesson.id;
}

const items = () =>
  app.foundation.database.sql<{ status: string; reason: string | null; attempts: number }>(
    `SELECT status::text, reason, attempts FROM notification_queue_item
      WHERE organization_id = $1 AND channel = 'PUSH' ORDER BY created_at, id`,
    school.organizationId,
  );
const subscriptions = () =>
  app.foundation.database.sql<{ endpoint: string; userId: string }>(
    'SELECT endpoint, user_id AS "userId" FROM push_subscription WHERE organization_id = $1 ORDER BY created_at',
    school.organizationId,
  );

it('sends to the browser what only it can read, signed with the key that it was given', async () => {
  const { webPushPublicKey } = await as(student).data('{ webPushPublicKey }');
  await as(student).data(register, { input: subscription() });
  const lessonId = await book();
  await app.deliver();
  const [request, ...others] = service.requests;
  expect(others).toEqual([]);
  expect(request).toMatchObject({
    method: 'POST',
    path: '/one',
    headers: {
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      ttl: '86400',
      urgency: 'normal',
      topic: expect.stringMatching(/^[\w-]{22}$/),
      authorization: expect.stringContaining(`, k=${webPushPublicKey}`),
    },
  });
  const token = /t=[^.]+\.([^.]+)/.exec(request?.headers.authorization ?? '')?.[1] ?? '';
  expect(JSON.parse(Buffer.from(token, 'base64url').toString())).toMatchObject({
    aud: service.url,
    sub: 'mailto:school@example.org',
  });
  expect(JSON.parse(decryptPush(request?.body as Buffer, browser).toString('utf8'))).toEqual({
    id: expect.any(String),
    type: 'lesson.scheduled',
    notificationId: expect.stringMatching(/^notification_/),
    subject: lessonId,
    title: 'Заняття «Алгебра» заплановано',
    body: expect.stringContaining(tutor.displayName),
  });
});

it('sends to each browser of a user once, and again only where it failed', async () => {
  const [first, second] = [newBrowser(), newBrowser()];
  await as(student).data(register, { input: subscription('/one', first) });
  await as(student).data(register, { input: subscription('/two', second) });
  await as(student).data(register, { input: subscription('/two', second) });
  await book();
  await app.deliver();
  expect(service.requests.map(({ path }) => path).sort()).toEqual(['/one', '/two']);
});

it.each([404, 410])('forgets a browser whose push service answers %i', async (status) => {
  await as(student).data(register, { input: subscription() });
  service.answer(status);
  await book();
  await app.deliver();
  expect(await subscriptions()).toEqual([]);
  expect(await items()).toMatchObject([
    { status: 'SKIPPED', reason: 'The browser’s subscription has ended.' },
  ]);
  await book();
  await app.deliver();
  expect(service.requests).toHaveLength(1);
});

it('sends under the same topic again, without cost, when the push service is down for a while', async () => {
  await as(student).data(register, { input: subscription() });
  service.answer(503);
  await book();
  await app.deliver();
  expect(await items()).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
  service.answer(201);
  await app.foundation.database.sql(
    `UPDATE notification_queue_item SET run_at = now() WHERE status = 'PENDING' AND channel = 'PUSH'`,
  );
  await app.deliver();
  const [first, again] = service.requests;
  expect(again?.headers['topic']).toBe(first?.headers['topic']);
  expect(await items()).toMatchObject([{ status: 'COMPLETED', attempts: 0 }]);
});

it('sends nothing to a browser whose session has ended', async () => {
  await as(student).data(register, { input: subscription() });
  await as(student).data('mutation { signOut { ok } }');
  await book();
  await app.deliver();
  expect(service.requests).toEqual([]);
});

it('sends to who signed in last in a browser', async () => {
  await as(student).data(register, { input: subscription() });
  await as(tutor).data(register, { input: subscription() });
  expect(await subscriptions()).toMatchObject([{ userId: tutor.uuid }]);
});

it('keeps the newest twenty browsers of a user', async () => {
  for (let n = 0; n < 22; n += 1) await as(student).data(register, { input: subscription(`/${n}`) });
  const paths = (await subscriptions()).map(({ endpoint }) => new URL(endpoint).pathname);
  expect(paths).toHaveLength(20);
  expect(paths).toContain('/21');
  expect(paths).not.toContain('/0');
});

it.each([
  ['an endpoint that is no URL', { endpoint: 'nowhere' }, 'input.endpoint'],
  ['a key that is not on the curve', { p256dh: Buffer.alloc(65, 4).toString('base64url') }, 'input.p256dh'],
  ['a secret that is too short', { auth: 'AAAA' }, 'input.auth'],
])('refuses %s', async (_what, change, path) => {
  const { extensions } = await as(student).error(register, { input: { ...subscription(), ...change } });
  expect(extensions).toMatchObject({ code: 'VALIDATION_ERROR', fields: { [path]: [expect.any(String)] } });
});

it('is for those who are signed in', async () => {
  expect((await app.client().error(register, { input: subscription() })).extensions.code).toBe(
    'UNAUTHENTICATED',
  );
  expect((await app.client().error('{ webPushPublicKey }')).extensions.code).toBe('UNAUTHENTICATED');
});
