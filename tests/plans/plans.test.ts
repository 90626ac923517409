import { fillDatabase } from '../../scripts/fill/fill.js';
import { shapeOf } from '../../scripts/fill/shape.js';
import { type RunPlan, recordPlans } from '../../scripts/plans/plan-recorder.js';
import { complaintAbout } from '../../scripts/plans/plan-rules.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { createTestDatabase, execute } from '../testkit/test-database.js';
import { createActors, idOfRow } from './actors.js';
import { exceptions } from './exceptions.js';
import { notOfRequests, storeFunctions, watchCalls } from './store-functions.js';
import { accountsStory } from './story-accounts.js';
import { backgroundStory, exportStory } from './story-background.js';
import { chatsStory } from './story-chats.js';
import { lessonsStory } from './story-lessons.js';
import { notificationsStory } from './story-notifications.js';

/** Rows of each large table: `npm run test:plans` asks for a million, the suite for what it has the time for. */
const rows = Number(process.env['PLAN_ROWS'] ?? 5_000);
const shape = shapeOf(rows);

let app: TestApp;
let databaseUrl: string;
let stopRecording = () => {};
const plans: RunPlan[] = [];
const called = watchCalls();
/** Tables of which reading all is a fault. */
let large: ReadonlySet<string>;

beforeAll(async () => {
  const database = await createTestDatabase();
  databaseUrl = database.url;
  await fillDatabase({ databaseUrl, shape, progress: process.env['PLAN_ROWS'] ? console.info : () => {} });
  const tables = await execute<{ relname: string }>(
    databaseUrl,
    `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= $1`,
    [rows / 5],
  );
  large = new Set(tables.map(({ relname }) => relname));
  stopRecording = await recordPlans(databaseUrl, (plan) => plans.push(plan));
  app = await startApp({ database });

  const actors = createActors(app, shape);
  const [tutor, student, stranger] = [await actors.tutor(0), await actors.student(0), await actors.tutor(1)];
  const admin = await actors.admin(0);
  const school = await app.seed.school();
  await lessonsStory(tutor, student, admin);
  await chatsStory(tutor, student, stranger);
  await notificationsStory(app, tutor, student, admin);
  await accountsStory(app, actors, school, admin, tutor);
  await exportStory(app, tutor, idOfRow('relation', 0));
  await backgroundStory(app, admin);
}, 1_800_000);
afterAll(async () => {
  stopRecording();
  await app.stop();
});

it('every function with statements was called', () => {
  const calls = called();
  const missing = storeFunctions().filter((name) => !calls.has(name) && !notOfRequests.has(name));
  expect(missing).toEqual([]);
});

it('no statement reads a large table whole, or many more rows than it gives', () => {
  const complaints = plans.flatMap((plan) => {
    const complaint = complaintAbout(plan, large, exceptions, rows);
    return complaint ? [`${complaint}: ${plan.text.trim()}`] : [];
  });
  expect([...new Set(complaints)]).toEqual([]);
});

it('every index is used, but for those that hold a rule', async () => {
  const unused = async () => {
    const indexes = await execute<{ name: string }>(
      databaseUrl,
      `SELECT s.indexrelname AS name FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid)
        WHERE s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisexclusion ORDER BY 1`,
    );
    return indexes.map(({ name }) => name);
  };
  expect(await unused()).toEqual([]);
});
