import { fillDatabase } from '../../scripts/fill/fill.js';
import { idOf, people, shapeOf } from '../../scripts/fill/shape.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { createTestDatabase, execute } from '../testkit/test-database.js';
import { type RunPlan, recordPlans } from './plan-recorder.js';
import { complaintAbout, readingOf } from './plan-rules.js';
import { storeFunctions, watchCalls } from './store-functions.js';

const rows = Number(process.env['PLAN_ROWS'] ?? 10_000);
const shape = shapeOf(rows);
let app: TestApp;
const plans: RunPlan[] = [];

it('x', async () => {
  const called = watchCalls();
  const database = await createTestDatabase();
  let t = performance.now();
  await fillDatabase({ databaseUrl: database.url, shape, progress: () => {} });
  console.log('filled', performance.now() - t);
  const end = await recordPlans(database, (plan) => plans.push(plan));
  app = await startApp({ database });
  const p = app.seed.tokenOf(idOf('user', people.tutor(0)), idOf('session', 0));
  const data = await app.client(await p).data('{ lessons { edges { node { id title tutor { displayName } } } } rooms(first: 50) { edges { node { unreadCount messages(last: 20) { edges { node { body } } } } } } }');
  console.log(data.lessons.edges.length, data.rooms.edges.length);
  console.log(plans.map((p) => [p.milliseconds, p.text.slice(0, 80), JSON.stringify(readingOf(p, new Set(['lesson', 'chat_message', 'app_user']))), complaintAbout(p, new Set(['lesson', 'chat_message', 'app_user']), [])].join(' | ')).join('\n'));
  const c = called();
  console.log(c.size, storeFunctions().length, storeFunctions().filter((one) => c.has(one)));
  end();
  await app.stop();
}, 600_000);
