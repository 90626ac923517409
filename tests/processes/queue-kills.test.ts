import { nothingWrong, openFaultQueue } from '../faults/fault-queue.js';
import { killWorkers } from '../faults/kill-workers.js';
import { createTestDatabase } from '../testkit/test-database.js';

it('keeps its promises over five kills: npm run test:faults does a hundred', async () => {
  const database = await createTestDatabase();
  const queue = await openFaultQueue(database.url, 150);
  try {
    expect(await killWorkers(queue, 150, 5)).toBe(5);
    expect(await queue.verdict()).toMatchObject(nothingWrong);
  } finally {
    await queue.close();
    await database.drop();
  }
}, 120_000);
