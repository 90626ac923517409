import { createHmac } from 'node:crypto';
import { type HttpReceiver, type ReceivedRequest, startHttpReceiver } from '../queue/http-receiver.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let app: TestApp;
let strict: TestApp;
let receiver: HttpReceiver;
let school: School;
let admin: Person;
let tutor: Person;
let student: Person;

beforeAll(async () => {
  app = await startApp({ config: { outboundInsecure: true } });
  strict = await startApp();
});
afterAll(() => Promise.all([app.stop(), strict.stop()]));
beforeEach(async () => {
  receiver = await startHttpReceiver();
  school = await app.seed.school();
  admin = await school.admin();
  tutor = await school.tutor({ locale: 'uk', displayName: 'Олена Коваль' });
  student = await school.student({ locale: 'en' });
  await school.relation(tutor, student);
});
afterEach(() => receiver.stop());

const as = (person: Person) => app.client(person.accessToken);
const create = `mutation ($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) { secret endpoint { id url events enabled createdAt } } }`;
const rotate = `mutation ($input: WebhookEndpointInput!) {
  rotateWebhookSecret(input: $input) { secret endpoint { id } } }`;
const remove = 'mutation ($input: WebhookEndpointInput!) { deleteWebhookEndpoint(input: $input) { ok } }';
const list = '{ webhookEndpoints { id url events enabled } }';
const schedule = `mutation ($input: ScheduleLessonInput!) { scheduleLesson(input: $input) { lesson { id } } }`;

async function endpoint(url = `${receiver.url}/hooks`, events = ['lesson.scheduled']) {
  const { createWebhookEndpoint } = await as(admin).data(create, { input: { url, events } });
  return { id: createWebhookEndpoint.endpoint.id as string, secret: createWebhookEndpoint.secret as string };
}

let days = 0;
async function book(): Promise<string> {
  days += 1;
  const startsAt = new Date(Date.now() + days * 86_400_000).toISOString();
  const endsAt = new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString();
  const input = { studentId: student.id, title: 'Алгебра', startsAt, endsAt };
  return (await as(tutor).data(schedule, { input })).scheduleLesson.lesson.id;
}

/** The signatures that a holder of this secret computes, by the specification. */
function signatureOf({ headers, body }: ReceivedRequest, secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body.toString('utf8')}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

const items = () =>
  app.foundation.database.sql<{ status: string; reason: string | null; attempts: number; id: string }>(
    `SELECT id, status::text, reason, attempts FROM notification_queue_item
      WHERE organization_id = $1 AND channel = 'WEBHOOK' ORDER BY created_at, id`,
    school.organizationId,
  );

async function deliverAgain(): Promise<void> {
  await app.foundation.database.sql(
    `UPDATE notification_queue_item SET run_at = now()
      WHERE organization_id = $1 AND status = 'PENDING' AND channel = 'WEBHOOK'`,
    school.organizationId,
  );
  await app.deliver();
}

it('sends what people are told, signed, and nothing of other types', async () => {
  const { secret } = await endpoint();
  await endpoint(`${receiver.url}/others`, ['relation.invited']);
  const lessonId = await book();
  await app.deliver();
  const [request, ...others] = receiver.requests;
  expect(others).toEqual([]);
  expect(request).toMatchObject({
    method: 'POST',
    path: '/hooks',
    headers: {
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^msg_[0-9a-f-]{36}$/),
    },
  });
  expect(Math.abs(Number(request?.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(30);
  expect(request?.headers['webhook-signature']).toBe(signatureOf(request as ReceivedRequest, secret));
  expect(JSON.parse(request?.body.toString('utf8') ?? '')).toMatchObject({
    type: 'lesson.scheduled',
    timestamp: expect.stringMatching(/^\d{4}-/),
    data: {
      userId: student.id,
      notificationId: expect.stringMatching(/^notification_/),
      subject: lessonId,
      title: 'Lesson “Алгебра” is scheduled',
      body: expect.stringContaining('Олена Коваль'),
    },
  });
});

it('sends again under the same id, with a signature of its own time, and holds up nobody else', async () => {
  const { secret } = await endpoint();
  await endpoint(`${receiver.url}/second`);
  receiver.answer(500);
  await book();
  await app.deliver();
  receiver.answer(200);
  await deliverAgain();
  await deliverAgain();
  const [first, again, ...others] = receiver.requests.filter(({ path }) => path === '/hooks');
  expect(others).toEqual([]);
  expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(again?.body.equals(first?.body as Buffer)).toBe(true);
  expect(again?.headers['webhook-signature']).toBe(signatureOf(again as ReceivedRequest, secret));
  expect(await items()).toMatchObject([
    { status: 'COMPLETED', attempts: 1 },
    { status: 'COMPLETED', attempts: 1 },
  ]);
});

it('repeats nothing on an endpoint because another fails', async () => {
  await endpoint(`${receiver.url}/up`);
  await endpoint('http://127.0.0.1:1/down');
  await book();
  await app.deliver();
  await deliverAgain();
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/up']);
  expect((await items()).map(({ status }) => status).sort()).toEqual(['COMPLETED', 'PENDING']);
});

it('leaves a receiver alone that fails several times in a row, without burning the attempts of what waits', async () => {
  await endpoint();
  receiver.answer(503);
  for (let n = 0; n < 12; n += 1) await book();
  await app.deliver();
  const attempts = (await items()).map((item) => item.attempts).reduce((sum, count) => sum + count, 0);
  expect(await items()).toHaveLength(12);
  expect(attempts).toBe(receiver.requests.length);
  // Three open the circuit; those beside them were under way already: a worker has eight hands.
  expect(attempts).toBeGreaterThanOrEqual(3);
  expect(attempts).toBeLessThanOrEqual(10);
});

it('signs with both secrets while one takes the place of the other', async () => {
  const { id, secret } = await endpoint();
  const { rotateWebhookSecret } = await as(admin).data(rotate, { input: { id } });
  expect(rotateWebhookSecret.secret).not.toBe(secret);
  await book();
  await app.deliver();
  const [request] = receiver.requests as [ReceivedRequest];
  expect(request.headers['webhook-signature']?.toString().split(' ')).toEqual([
    signatureOf(request, rotateWebhookSecret.secret),
    signatureOf(request, secret),
  ]);
  await app.foundation.database.sql(
    `UPDATE webhook_endpoint SET previous_secret_until = now() - interval '1 second'
      WHERE organization_id = $1`,
    school.organizationId,
  );
  await book();
  await app.deliver();
  const last = receiver.requests.at(-1) as ReceivedRequest;
  expect(last.headers['webhook-signature']).toBe(signatureOf(last, rotateWebhookSecret.secret));
});

it('disables an endpoint that is gone', async () => {
  await endpoint();
  receiver.answer(410);
  await book();
  await app.deliver();
  expect((await as(admin).data(list)).webhookEndpoints).toMatchObject([{ enabled: false }]);
  expect(await items()).toMatchObject([
    { status: 'SKIPPED', reason: 'The endpoint answered 410 Gone and is disabled.' },
  ]);
  await book();
  await app.deliver();
  expect(receiver.requests).toHaveLength(1);
});

it('does not follow a redirect, and takes it for a failure', async () => {
  await endpoint();
  receiver.answer(307, { location: `${receiver.url}/elsewhere` });
  await book();
  await app.deliver();
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/hooks']);
  expect(await items()).toMatchObject([{ status: 'PENDING', attempts: 1 }]);
});

it('sends nothing to an endpoint that was deleted while it waited', async () => {
  const { id } = await endpoint();
  receiver.answer(500);
  await book();
  await app.deliver();
  expect((await as(admin).data(remove, { input: { id } })).deleteWebhookEndpoint.ok).toBe(true);
  await deliverAgain();
  expect(receiver.requests).toHaveLength(1);
  expect(await items()).toMatchObject([
    { status: 'SKIPPED', reason: 'The endpoint was deleted or disabled.' },
  ]);
  expect((await as(admin).data(list)).webhookEndpoints).toEqual([]);
});

it.each([
  ['http://example.org/hooks', 'input.url'],
  ['https://127.0.0.1/hooks', 'input.url'],
  ['https://[::1]/hooks', 'input.url'],
])('refuses %s, outside development', async (url, path) => {
  const stranger = await (await strict.seed.school()).admin();
  const input = { url, events: ['lesson.scheduled'] };
  const { extensions } = await strict.client(stranger.accessToken).error(create, { input });
  expect(extensions).toMatchObject({ code: 'VALIDATION_ERROR', fields: { [path]: [expect.any(String)] } });
});

it('gives up what would go to a name with a private address', async () => {
  const other = await strict.seed.school();
  const [boss, teacher, pupil] = [await other.admin(), await other.tutor(), await other.student()];
  await other.relation(teacher, pupil);
  const { port } = new URL(receiver.url);
  const input = { url: `https://localhost:${port}/hooks`, events: ['lesson.scheduled'] };
  await strict.client(boss.accessToken).data(create, { input });
  const startsAt = new Date(Date.now() + 86_400_000).toISOString();
  const endsAt = new Date(Date.now() + 90_000_000).toISOString();
  const lesson = { studentId: pupil.id, title: 'Algebra', startsAt, endsAt };
  await strict.client(teacher.accessToken).data(schedule, { input: lesson });
  await strict.deliver();
  const [item] = await strict.foundation.database.sql<{ status: string; errors: { message: string }[] }>(
    `SELECT status::text, errors FROM notification_queue_item WHERE channel = 'WEBHOOK'`,
  );
  expect(item).toMatchObject({ status: 'FAILED', errors: [{ message: expect.stringContaining('private') }] });
  expect(receiver.requests).toEqual([]);
});

it('refuses no events, and types that do not exist', async () => {
  const url = `${receiver.url}/hooks`;
  for (const events of [[], ['lesson.teleported']]) {
    const { extensions } = await as(admin).error(create, { input: { url, events } });
    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.events': [expect.any(String)] },
    });
  }
});

it('has at most 20 endpoints', async () => {
  for (let n = 0; n < 20; n += 1) await endpoint();
  const input = { url: `${receiver.url}/hooks`, events: ['lesson.scheduled'] };
  expect((await as(admin).error(create, { input })).extensions).toMatchObject({
    code: 'VALIDATION_ERROR',
    fields: { input: ['a school has at most 20 endpoints'] },
  });
});

it('is for admins of the school, and nobody else sees or changes anything', async () => {
  const { id } = await endpoint();
  const input = { url: `${receiver.url}/hooks`, events: ['lesson.scheduled'] };
  const stranger = await (await app.seed.school()).admin();
  for (const person of [tutor, student]) {
    expect((await as(person).error(list)).extensions.code).toBe('FORBIDDEN');
    expect((await as(person).error(create, { input })).extensions.code).toBe('FORBIDDEN');
    expect((await as(person).error(rotate, { input: { id } })).extensions.code).toBe('FORBIDDEN');
    expect((await as(person).error(remove, { input: { id } })).extensions.code).toBe('FORBIDDEN');
  }
  expect((await as(stranger).error(rotate, { input: { id } })).extensions.code).toBe(
    'WEBHOOK_ENDPOINT_NOT_FOUND',
  );
  expect((await as(stranger).error(remove, { input: { id } })).extensions.code).toBe(
    'WEBHOOK_ENDPOINT_NOT_FOUND',
  );
  expect((await as(stranger).data(list)).webhookEndpoints).toEqual([]);
  for (const person of [tutor, stranger]) {
    const node = await as(person).send('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(node.errors?.[0]?.extensions.code).toBe('WEBHOOK_ENDPOINT_NOT_FOUND');
  }
  expect((await app.client().error(list)).extensions.code).toBe('UNAUTHENTICATED');
});
