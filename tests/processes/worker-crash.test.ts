import { notificationSchemas } from '../../src/modules/notifications/event-types/registry.js';
import { createNotificationQueue } from '../../src/queue/queue.js';
import { eventually } from '../testkit/eventually.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';
import { run, type SystemProcess } from './process-fixture.js';

let app: TestApp;
const workers: SystemProcess[] = [];

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  for (const { child } of workers) child.kill('SIGKILL');
  await Promise.all(workers.map(({ ended }) => ended));
  await app.stop();
});

function startWorker(): SystemProcess {
  const env = { DATABASE_URL: app.databaseUrl, LECTERN_DATA_DIR: app.dataDir, AUTO_MIGRATE: 'false' };
  const worker = run('notif-worker', ['--batch-size', '50', '--interval', '1'], env);
  workers.push(worker);
  return worker;
}

async function count(where: string): Promise<number> {
  const [row] = await execute<{ n: number }>(app.databaseUrl, `SELECT count(*)::int AS n FROM ${where}`);
  return row?.n ?? 0;
}

/** Every notification of the user, page by page over the API. */
async function listAll(accessToken: string): Promise<string[]> {
  const subjects: string[] = [];
  let after: string | null = null;
  do {
    const { notifications } = await app.client(accessToken).data(
      `query ($after: String) { notifications(first: 100, after: $after) {
         edges { node { subject { id } } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    for (const { node } of notifications.edges) subjects.push(node.subject.id);
    after = notifications.pageInfo.hasNextPage ? notifications.pageInfo.endCursor : null;
  } while (after);
  return subjects;
}

it('a worker killed in the middle of 500 notifications loses none and repeats none', async () => {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const lessons = await school.lessons(tutor, student, 500);
  const { database, signals } = app.foundation;
  const queue = createNotificationQueue({ database, signals, schemas: notificationSchemas });
  await queue.enqueueBatch(
    lessons.map(({ uuid }) => ({
      eventType: 'lesson.scheduled',
      userId: student.uuid,
      payload: { lessonId: uuid, version: 1, actorId: tutor.uuid },
    })),
  );

  const first = startWorker();
  await eventually(
    () => count('notification'),
    (n) => n >= 100,
    30_000,
  );
  first.child.kill('SIGKILL');
  await first.ended;
  const before = await count('notification');
  expect(before).toBeLessThan(500);
  // What the dead worker held comes back when its lease is over; the clock of the lease is moved, not waited for.
  await execute(
    app.databaseUrl,
    `UPDATE notification_queue_item SET lease_until = now() WHERE status = 'PROCESSING'`,
  );

  startWorker();
  await eventually(
    () => count(`notification_queue_item WHERE status IN ('PENDING', 'PROCESSING')`),
    (n) => n === 0,
    40_000,
  );
  const told = await listAll(student.accessToken);
  expect(told).toHaveLength(500);
  expect(new Set(told)).toEqual(new Set(lessons.map(({ id }) => id)));
  expect(await count(`notification_queue_item WHERE status = 'FAILED'`)).toBe(0);
}, 90_000);
