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
  const worker = run('notif-worker', ['--interval', '1'], env);
  workers.push(worker);
  return worker;
}

async function count(from: string): Promise<number> {
  const [row] = await execute<{ n: number }>(app.databaseUrl, `SELECT count(*)::int AS n FROM ${from}`);
  return row?.n ?? 0;
}

it('a worker killed while it ends 1,000 overdue lessons leaves each to be ended once', async () => {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  await execute(
    app.databaseUrl,
    `INSERT INTO lesson (id, organization_id, tutor_id, student_id, title, starts_at, ends_at, status)
     SELECT uuidv7(), $1, $2, $3, 'Overdue', start, start + interval '1 hour', 'SCHEDULED'
       FROM generate_series(1, 1000) AS n
      CROSS JOIN LATERAL (SELECT now() - n * interval '2 hours' AS start) AS times`,
    [school.organizationId, tutor.uuid, student.uuid],
  );

  const first = startWorker();
  await eventually(
    () => count('lesson_history'),
    (n) => n >= 100,
    30_000,
  );
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await count('lesson_history')).toBeLessThan(1_000);

  startWorker();
  await eventually(
    () => count(`lesson WHERE status = 'SCHEDULED' AND ends_at < now() - interval '30 minutes'`),
    (n) => n === 0,
    30_000,
  );
  const ended = await count(`lesson WHERE status = 'NO_SHOW' AND no_show_party = 'BOTH' AND version = 2`);
  expect(await count('lesson_history')).toBe(ended);
  expect(await count(`channel_event WHERE channel = 'lessons:${tutor.uuid}'`)).toBe(ended);
  expect(ended).toBeGreaterThanOrEqual(999);
}, 90_000);
