import { encodeId, newId } from '../../src/shared/ids.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';

let app: TestApp;
let school: School;
let admin: Person;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  school = await app.seed.school();
  admin = await school.admin();
});

const as = (person: Person) => app.client(person.accessToken);
const send = 'mutation ($input: SendNotificationsInput!) { sendNotifications(input: $input) { count } }';
const told = '{ notifications { edges { node { type title body subject { id } } } } }';
const items = () =>
  execute<{ priority: number }>(
    app.databaseUrl,
    'SELECT priority FROM notification_queue_item WHERE organization_id = $1',
    [school.organizationId],
  );

/** People of the school in one statement. */
async function crowd(count: number): Promise<string[]> {
  const rows = await execute<{ id: string }>(
    app.databaseUrl,
    `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role)
     SELECT id, $1, id || '@test.example', '', 'Someone', 'STUDENT'
       FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $2)) people
     RETURNING id`,
    [school.organizationId, count],
  );
  return rows.map(({ id }) => encodeId('user', id));
}

it('tells everyone who is named, once each, in the admin’s own words', async () => {
  const [tutor, student, other] = await Promise.all([school.tutor(), school.student(), school.student()]);
  const userIds = [tutor.id, student.id, tutor.id];
  const input = { userIds, title: ' Holidays ', body: 'Closed until\nMonday.' };
  expect(await as(admin).data(send, { input })).toEqual({ sendNotifications: { count: 2 } });
  await app.deliver();
  for (const person of [tutor, student]) {
    const { notifications } = await as(person).data(told);
    expect(notifications.edges).toEqual([
      {
        node: {
          type: 'announcement',
          title: 'Holidays',
          body: 'Closed until\nMonday.',
          subject: { id: encodeId('organization', school.organizationId) },
        },
      },
    ]);
  }
  expect((await as(other).data(told)).notifications.edges).toEqual([]);
});

it('enqueues a thousand in one statement, behind what is more urgent', async () => {
  const userIds = await crowd(1_000);
  const run = () => as(admin).data(send, { input: { userIds, title: 'Hello', body: '' } });
  const { statements } = await app.statements.during(run);
  expect(statements.filter((text) => text.includes('INSERT INTO notification_queue_item'))).toHaveLength(1);
  const enqueued = await items();
  expect(enqueued).toHaveLength(1_000);
  expect(new Set(enqueued.map(({ priority }) => priority))).toEqual(new Set([10]));
});

it('tells nobody when one of them is not of the school', async () => {
  const [student, stranger] = [await school.student(), await (await app.seed.school()).student()];
  const nobody = encodeId('user', newId());
  const input = { userIds: [student.id, stranger.id, nobody], title: 'Hello', body: '' };
  const { extensions } = await as(admin).error(send, { input });
  expect(extensions.code).toBe('USER_NOT_FOUND');
  expect(extensions.fields['input.userIds']).toEqual(
    expect.arrayContaining([`there is no ${stranger.id}`, `there is no ${nobody}`]),
  );
  expect(await items()).toEqual([]);
});

it.each([
  ['nobody', { userIds: [] }, 'input.userIds'],
  ['more than a thousand', { userIds: Array(1_001).fill(encodeId('user', newId())) }, 'input.userIds'],
  ['a blank title', { title: ' ' }, 'input.title'],
  ['a title of two lines', { title: 'a\nb' }, 'input.title'],
  ['too long a body', { body: 'x'.repeat(4_001) }, 'input.body'],
])('refuses %s', async (_what, changes, path) => {
  const input = { userIds: [admin.id], title: 'Hello', body: '', ...changes };
  const { extensions } = await as(admin).error(send, { input });
  expect(extensions.code).toBe('VALIDATION_ERROR');
  expect(Object.keys(extensions.fields)).toEqual([path]);
});

it('is for admins only', async () => {
  const input = { userIds: [admin.id], title: 'Hello', body: '' };
  for (const person of [await school.tutor(), await school.student()]) {
    expect((await as(person).error(send, { input })).extensions.code).toBe('FORBIDDEN');
  }
  expect((await app.client().error(send, { input })).extensions.code).toBe('UNAUTHENTICATED');
});
