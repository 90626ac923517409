import { createServer, type Server } from 'node:net';
import { newId } from '../../src/shared/ids.js';
import { eventually } from '../testkit/eventually.js';
import { type Scrape, scrape } from '../testkit/scrape.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';
import { run, type SystemProcess } from './process-fixture.js';

let app: TestApp;
let school: School;
let student: Person;
const workers: SystemProcess[] = [];

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  await execute(app.databaseUrl, 'DELETE FROM notification_queue_item');
  school = await app.seed.school();
  student = await school.student();
});
afterEach(async () => {
  for (const { child } of workers) child.kill('SIGKILL');
  await Promise.all(workers.splice(0).map(({ ended }) => ended));
});

function worker(args: string[], env: Record<string, string> = {}): SystemProcess {
  const common = { DATABASE_URL: app.databaseUrl, LECTERN_DATA_DIR: app.dataDir, AUTO_MIGRATE: 'false' };
  const started = run('notif-worker', args, { ...common, ...env });
  workers.push(started);
  return started;
}

interface Row {
  readonly channel: string | null;
  readonly status: string;
  readonly attempts: number;
  readonly lost_leases: number;
}

const rows = () =>
  execute<Row & { [name: string]: unknown }>(
    app.databaseUrl,
    'SELECT channel, status, attempts, lost_leases FROM notification_queue_item ORDER BY created_at, id',
  );

/** Enqueues an announcement; one without a payload fails at once. */
async function announce(good = true): Promise<void> {
  const announcement = { announcementId: newId(), authorId: student.uuid, title: 'Hello', body: '' };
  await execute(
    app.databaseUrl,
    `INSERT INTO notification_queue_item (id, organization_id, user_id, event_type, payload)
     VALUES ($1, $2, $3, 'announcement', $4)`,
    [newId(), school.organizationId, student.uuid, JSON.stringify(good ? announcement : {})],
  );
}

/** A mail server that takes connections and never says a word. */
async function silentServer(): Promise<{ url: string; connected: Promise<void>; server: Server }> {
  const server = createServer();
  const connected = new Promise<void>((resolve) => server.once('connection', () => resolve()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `smtp://127.0.0.1:${port}`, connected, server };
}

it('--once delivers what is due, logs each batch as a line of JSON, and exits with 0', async () => {
  await announce();
  const once = worker(['--once']);
  expect(await once.ended).toBe(0);
  expect(await rows()).toEqual([
    { channel: null, status: 'COMPLETED', attempts: 0, lost_leases: 0 },
    { channel: 'EMAIL', status: 'COMPLETED', attempts: 0, lost_leases: 0 },
  ]);
  const batches = once
    .output()
    .split('\n')
    .filter((line) => line.includes('"batch"'))
    .map((line) => JSON.parse(line));
  expect(batches).toEqual([
    expect.objectContaining({ claimed: 1, outcomes: { completed: 1 } }),
    expect.objectContaining({ claimed: 1, outcomes: { completed: 1 } }),
  ]);
}, 60_000);

it('--once exits with 1 when something failed; --retry-failed tries it again', async () => {
  await announce(false);
  expect(await worker(['--once']).ended).toBe(1);
  expect(await rows()).toMatchObject([{ status: 'FAILED' }]);
  await execute(
    app.databaseUrl,
    `UPDATE notification_queue_item SET payload = jsonb_build_object('announcementId', id, 'authorId', id, 'title', 'x', 'body', '')`,
  );
  expect(await worker(['--once']).ended).toBe(0);
  expect(await rows()).toMatchObject([{ status: 'FAILED' }]);
  expect(await worker(['--retry-failed', '--once']).ended).toBe(0);
  expect(await rows()).toMatchObject([{ status: 'COMPLETED' }, { channel: 'EMAIL', status: 'COMPLETED' }]);
}, 60_000);

it('--help names every flag', async () => {
  const help = worker(['--help']);
  expect(await help.ended).toBe(0);
  for (const flag of ['batch-size', 'interval', 'concurrency', 'drain-timeout', 'once', 'retry-failed'])
    expect(help.output()).toContain(`--${flag}`);
}, 30_000);

it.each([['--batch-size', '0'], ['--interval', '1.5'], ['--drain-timeout', 'long'], ['--loud']])(
  'refuses %s %s with a word about it and without a stack',
  async (...args) => {
    const refused = worker(args);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(args[0]);
    expect(refused.output()).not.toContain('    at ');
  },
  30_000,
);

it.each(['SIGINT', 'SIGTERM'] as const)(
  'on %s it ends with 0 when the drain timeout is over, and hands back what hangs',
  async (signal) => {
    const mail = await silentServer();
    await announce();
    const hanging = worker(['--drain-timeout', '1'], { SMTP_URL: mail.url });
    await mail.connected;
    const from = performance.now();
    hanging.child.kill(signal);
    expect(await hanging.ended).toBe(0);
    expect(performance.now() - from).toBeLessThan(6_000);
    expect((await rows())[1]).toEqual({ channel: 'EMAIL', status: 'PENDING', attempts: 0, lost_leases: 0 });
    mail.server.close();
  },
  60_000,
);

it('a second signal ends it at once', async () => {
  const mail = await silentServer();
  await announce();
  const hanging = worker(['--drain-timeout', '60'], { SMTP_URL: mail.url });
  await mail.connected;
  hanging.child.kill('SIGINT');
  await hanging.printed('once more to end at once');
  const from = performance.now();
  hanging.child.kill('SIGTERM');
  expect(await hanging.ended).toBe(143);
  expect(performance.now() - from).toBeLessThan(3_000);
  mail.server.close();
}, 60_000);

it('ends a drain on a signal', async () => {
  const mail = await silentServer();
  await announce();
  const hanging = worker(['--once', '--drain-timeout', '0'], { SMTP_URL: mail.url });
  await mail.connected;
  hanging.child.kill('SIGTERM');
  expect(await hanging.ended).toBe(0);
  await eventually(rows, ([, mailItem]) => mailItem?.status === 'PENDING');
  mail.server.close();
}, 60_000);

it('WORKER_METRICS_PORT shows the metrics of a worker that runs alone', async () => {
  await announce();
  const alone = worker([], { WORKER_METRICS_PORT: '0', METRICS_TOKEN: 'a-token-that-scrapers-have' });
  const printed = await alone.printed(/"msg":"metrics are at \/metrics"/);
  const [, port] = /"port":(\d+),"msg":"metrics are at/.exec(printed) ?? [];
  const origin = `http://127.0.0.1:${port}`;
  expect((await fetch(`${origin}/metrics`)).status).toBe(401);
  const read = () => scrape(origin, { authorization: 'Bearer a-token-that-scrapers-have' });
  const outcome = ({ series }: Scrape) => series.find(({ name }) => name === 'queue_outcomes_total');
  const metrics = await eventually(read, (now) => outcome(now) !== undefined);
  expect(outcome(metrics)?.labels).toMatchObject({ event_type: 'announcement' });
  expect(metrics.value('queue_dead_letters')).toBe(0);
  expect(metrics.value('process_start_time_seconds')).toBeGreaterThan(0);
  // It has no sockets and answers no operations.
  expect(metrics.text).not.toMatch(/ws_connections_total|graphql_operations_total/);
}, 60_000);
