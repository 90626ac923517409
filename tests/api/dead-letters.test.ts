import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';

let app: TestApp;
let school: School;
let admin: Person;
let tutor: Person;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  school = await app.seed.school();
  [admin, tutor] = await Promise.all([school.admin(), school.tutor()]);
});

const as = (person: Person) => app.client(person.accessToken);
const list = `query ($first: Int, $after: String) { notificationDeadLetters(first: $first, after: $after) {
  edges { node { id eventType channel attempts errors failedAt } } pageInfo { hasNextPage endCursor } } }`;
const retry = 'mutation ($input: DeadLettersInput!) { retryDeadLetters(input: $input) { count } }';
const discard = 'mutation ($input: DeadLettersInput!) { discardDeadLetters(input: $input) { count } }';
const inspect = 'query ($id: ID!) { node(id: $id) { ... on DeadLetter { eventType errors } } }';

/** Dead letters of the school, straight in the database. */
async function bury(count: number, organizationId = school.organizationId): Promise<void> {
  await execute(
    app.databaseUrl,
    `INSERT INTO notification_queue_item
       (id, organization_id, user_id, event_type, channel, payload, status, attempts, errors, finished_at)
     SELECT gen_random_uuid(), $1, $2, 'lesson.scheduled', 'EMAIL', '{"notificationId": "${tutor.uuid}"}', 'FAILED', 4,
            '[{"at": "2026-11-23T08:00:00.123456+00:00", "message": "Error: refused"}]', now() - n * interval '1 minute'
       FROM generate_series(1, $3) n`,
    [organizationId, tutor.uuid, count],
  );
}

async function listed(first = 100, after: string | null = null) {
  const { notificationDeadLetters } = await as(admin).data(list, { first, after });
  const { edges, pageInfo } = notificationDeadLetters;
  return { nodes: edges.map(({ node }: { node: { id: string } }) => node), pageInfo };
}

it('lists a school’s dead letters for its admins, page by page, and no other’s', async () => {
  await bury(5);
  await bury(2, (await app.seed.school()).organizationId);
  const { nodes, pageInfo } = await listed(3);
  expect(nodes).toHaveLength(3);
  expect(nodes[0]).toMatchObject({
    eventType: 'lesson.scheduled',
    channel: 'EMAIL',
    attempts: 4,
    errors: ['2026-11-23T08:00:00.123Z Error: refused'],
    failedAt: expect.any(String),
  });
  const rest = await listed(3, pageInfo.endCursor);
  expect(rest.nodes).toHaveLength(2);
  expect(rest.pageInfo.hasNextPage).toBe(false);
});

it('lists any number in the same statements', async () => {
  await bury(30);
  const count = async (first: number) => (await app.statements.during(() => listed(first))).statements.length;
  expect(await count(20)).toBe(await count(2));
});

it('shows one by its id to admins of its school only', async () => {
  await bury(1);
  const { nodes } = await listed();
  const id = nodes[0].id;
  expect((await as(admin).data(inspect, { id })).node).toMatchObject({ eventType: 'lesson.scheduled' });
  const strangers = [tutor, await (await app.seed.school()).admin()];
  for (const person of strangers) {
    expect((await as(person).error(inspect, { id })).extensions.code).toBe('DEAD_LETTER_NOT_FOUND');
  }
});

it('retries and discards those that are named, and counts them', async () => {
  await bury(5);
  const ids = (await listed()).nodes.map(({ id }: { id: string }) => id);
  expect(await as(admin).data(retry, { input: { ids: ids.slice(0, 2) } })).toEqual({
    retryDeadLetters: { count: 2 },
  });
  // The first two are dead letters no more.
  expect(await as(admin).data(discard, { input: { ids } })).toEqual({ discardDeadLetters: { count: 3 } });
  expect((await listed()).nodes).toEqual([]);
  const rows = await execute(
    app.databaseUrl,
    'SELECT status, reason FROM notification_queue_item WHERE organization_id = $1 ORDER BY status',
    [school.organizationId],
  );
  expect(rows).toEqual([
    ...Array(2).fill({ status: 'PENDING', reason: null }),
    ...Array(3).fill({ status: 'CANCELLED', reason: `Discarded by ${admin.displayName}.` }),
  ]);
});

it('touches no dead letter of another school', async () => {
  await bury(1);
  const ids = (await listed()).nodes.map(({ id }: { id: string }) => id);
  const stranger = await (await app.seed.school()).admin();
  expect((await as(stranger).data(retry, { input: { ids } })).retryDeadLetters.count).toBe(0);
  expect((await as(stranger).data(discard, { input: { ids } })).discardDeadLetters.count).toBe(0);
  expect((await listed()).nodes).toHaveLength(1);
});

it('refuses more than a hundred ids, and ids of anything else', async () => {
  const tooMany = { ids: Array(101).fill(admin.id) };
  const { extensions } = await as(admin).error(retry, { input: tooMany });
  expect(extensions.code).toBe('VALIDATION_ERROR');
  expect(Object.keys(extensions.fields)).toContain('input.ids');
  expect((await as(admin).error(discard, { input: { ids: [admin.id] } })).extensions.fields).toEqual({
    'input.ids.0': ['must be the id of a deadletter'],
  });
});

it.each([
  ['notificationDeadLetters', list],
  ['retryDeadLetters', retry],
  ['discardDeadLetters', discard],
])('refuses %s to all but admins', async (_field, document) => {
  const variables = document === list ? {} : { input: { ids: [] } };
  const student = await school.student();
  for (const person of [tutor, student]) {
    expect((await as(person).error(document, variables)).extensions.code).toBe('FORBIDDEN');
  }
  expect((await app.client().error(document, variables)).extensions.code).toBe('UNAUTHENTICATED');
});

it('shows an admin the numbers of their own school', async () => {
  await bury(3);
  await bury(4, (await app.seed.school()).organizationId);
  const { notificationQueueStats } = await as(admin).data('{ notificationQueueStats { failed } }');
  expect(notificationQueueStats.failed).toBe(3);
});
