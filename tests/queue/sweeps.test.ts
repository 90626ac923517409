import { claimDue } from '../../src/queue/sql/claim.js';
import { cleanUpBatch } from '../../src/queue/sql/clean-up.js';
import { completeItems } from '../../src/queue/sql/complete.js';
import { skipItems } from '../../src/queue/sql/skip.js';
import { eventually } from '../testkit/eventually.js';
import { openQueueTest, type QueueTest } from './queue-fixture.js';

let test: QueueTest;
beforeAll(async () => {
  test = await openQueueTest();
});
afterAll(() => test.close());
beforeEach(() => test.clear());

const enqueue = (count: number) =>
  test.queue.enqueueBatch(
    Array.from({ length: count }, (_, n) => ({
      eventType: 'test.counted' as const,
      payload: { n },
      userId: test.userId,
    })),
  );

async function finish(count: number, daysAgo: number): Promise<void> {
  await enqueue(count);
  await completeItems(test.database, await claimDue(test.database, count, 20));
  await test.database.sql(
    `UPDATE notification_queue_item SET finished_at = now() - make_interval(days => $1)
      WHERE finished_at > now() - interval '1 hour'`,
    daysAgo,
  );
}

it('cleans away what was finished more than seven days ago, in batches, and nothing else', async () => {
  await finish(25, 8);
  await finish(5, 6);
  await enqueue(3);
  const deleted = [];
  for (let i = 0; i < 4; i++) deleted.push(await cleanUpBatch(test.database, 10));
  expect(deleted).toEqual([10, 10, 5, 0]);
  expect(await test.queue.getStats()).toMatchObject({ completed: 5, pending: 3 });
});

it('is cleaned by a running worker', async () => {
  await finish(3, 8);
  const worker = test.worker(() => ({ kind: 'completed' }));
  worker.start();
  await eventually(
    () => test.queue.getStats(),
    ({ completed }) => completed === 0,
  );
  await worker.stop();
});

it('counts every state and the wait of the oldest item that is due', async () => {
  await enqueue(6);
  const [a, b, c] = await claimDue(test.database, 3, 20);
  if (!a || !b || !c) throw new Error('nothing is due');
  await completeItems(test.database, [a]);
  await skipItems(test.database, [b], ['read meanwhile']);
  await test.database.sql(
    `UPDATE notification_queue_item SET run_at = now() - interval '90 seconds' WHERE status = 'PENDING'`,
  );
  const { oldestPendingSeconds, ...counts } = await test.queue.getStats();
  expect(counts).toEqual({ pending: 3, processing: 1, completed: 1, failed: 0, skipped: 1, cancelled: 0 });
  expect(oldestPendingSeconds).toBeCloseTo(90, 0);
});

it('says 0 when nothing is due', async () => {
  await test.queue.enqueue({
    eventType: 'test.counted',
    payload: { n: 1 },
    userId: test.userId,
    delaySeconds: 60,
  });
  expect(await test.queue.getStats()).toMatchObject({ pending: 1, oldestPendingSeconds: 0 });
});

it('reads the statistics inside a transaction', async () => {
  await test.database.transaction(async (tx) => {
    await test.queue.enqueue({ eventType: 'test.counted', payload: { n: 1 }, userId: test.userId }, tx);
    expect(await test.queue.getStats(tx)).toMatchObject({ pending: 1 });
    expect(await test.queue.getStats()).toMatchObject({ pending: 0 });
  });
});
