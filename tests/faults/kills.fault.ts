import { createTestDatabase } from '../testkit/test-database.js';
import { nothingWrong, openFaultQueue } from './fault-queue.js';
import { killWorkers } from './kill-workers.js';

it('loses, changes and repeats nothing over a hundred kills of workers in 5,000 items', async () => {
  const database = await createTestDatabase();
  const queue = await openFaultQueue(database.url, 5_000);
  try {
    expect(await killWorkers(queue, 5_000, 100)).toBe(100);
    const verdict = await queue.verdict();
    console.info(`100 kills: ${verdict.repeats} deliveries were repeated, all of what had lost a lease`);
    expect(verdict).toMatchObject(nothingWrong);
  } finally {
    await queue.close();
    await database.drop();
  }
});
