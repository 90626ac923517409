import { createDeadLetters, type DeadLetters } from '../../src/queue/dead-letters.js';
import { PermanentFailure } from '../../src/queue/outcome.js';
import { newId } from '../../src/shared/ids.js';
import { openQueueTest, organizationId, type QueueTest } from './queue-fixture.js';

let test: QueueTest;
let deadLetters: DeadLetters;
beforeEach(async () => {
  test = await openQueueTest();
  deadLetters = createDeadLetters(test);
});
afterEach(() => test.close());

const page = (limit: number) => ({ limit, backward: false, after: null, before: null });

/** Enqueues items and lets every one fail for good. */
async function fail(count: number, dedupeKey?: (n: number) => string): Promise<string[]> {
  const ids = await test.queue.enqueueBatch(
    Array.from({ length: count }, (_, n) => ({
      eventType: 'test.counted' as const,
      payload: { n },
      userId: test.userId,
      dedupeKey: dedupeKey?.(n),
    })),
  );
  await test
    .worker(() => {
      throw new PermanentFailure('the address does not exist');
    })
    .drain();
  return ids;
}

it('lists a school’s dead letters, the newest first, with the errors of all attempts', async () => {
  const [id = ''] = await test.queue.enqueueBatch([
    { eventType: 'test.told', payload: { text: 'x' }, userId: test.userId },
  ]);
  for (let attempt = 1; attempt <= 4; attempt++) {
    await test.makeDue();
    await test
      .worker(() => {
        throw new Error(`no ${attempt}`);
      })
      .drain();
  }
  const [later = ''] = await fail(1);
  const { edges, pageInfo } = await deadLetters.list(organizationId, page(10));
  expect(edges.map(({ node }) => node.id)).toEqual([later, id]);
  expect(edges[1]?.node).toMatchObject({ eventType: 'test.told', channel: null, attempts: 4 });
  expect(edges[1]?.node.errors.map(({ message }) => message)).toEqual(
    [1, 2, 3, 4].map((attempt) => `Error: no ${attempt}`),
  );
  expect(pageInfo.hasNextPage).toBe(false);
  expect((await deadLetters.list(newId(), page(10))).edges).toEqual([]);
});

it('gives a retried dead letter all its attempts again, keeps its errors and wakes a worker', async () => {
  const [id = '', other = ''] = await fail(2);
  const worker = test.worker(() => ({ kind: 'completed' }), { intervalSeconds: 3_600 });
  worker.start();
  expect(await deadLetters.retry(organizationId, [id, newId()])).toBe(1);
  expect(await test.until(id, 'COMPLETED')).toMatchObject({ attempts: 0, errors: [{}] });
  expect((await test.row(other)).status).toBe('FAILED');
});

it('fails after four more attempts when it is retried in vain', async () => {
  const [id = ''] = await fail(1);
  await deadLetters.retry(organizationId, [id]);
  for (let attempt = 1; attempt <= 4; attempt++) {
    expect((await test.row(id)).status).toBe('PENDING');
    await test.makeDue();
    await test
      .worker(() => {
        throw new Error('still not');
      })
      .drain();
  }
  const row = await test.row(id);
  expect(row.status).toBe('FAILED');
  expect(row.errors).toHaveLength(5);
});

it('neither retries nor discards what is of another school, or no dead letter', async () => {
  const [failed = ''] = await fail(1);
  const pending = await test.queue.enqueue({
    eventType: 'test.counted',
    payload: { n: 1 },
    userId: test.userId,
  });
  expect(await deadLetters.retry(newId(), [failed])).toBe(0);
  expect(await deadLetters.discard(newId(), [failed], 'off')).toBe(0);
  expect(await deadLetters.discard(organizationId, [pending], 'off')).toBe(0);
  expect((await test.row(failed)).status).toBe('FAILED');
  expect((await test.row(pending)).status).toBe('PENDING');
});

it('discards for a reason, once', async () => {
  const [id = ''] = await fail(1);
  expect(await deadLetters.discard(organizationId, [id], 'Discarded by Ann.')).toBe(1);
  expect(await deadLetters.discard(organizationId, [id], 'again')).toBe(0);
  expect(await test.row(id)).toMatchObject({ status: 'CANCELLED', reason: 'Discarded by Ann.' });
  expect(await deadLetters.retry(organizationId, [id])).toBe(0);
});

it('retries all dead letters of all schools, in batches', async () => {
  await fail(1_200);
  expect(await deadLetters.retryAll()).toBe(1_200);
  expect(await test.queue.getStats()).toMatchObject({ failed: 0, pending: 1_200 });
});

it('retries one of those with the same key, and none while another item has it', async () => {
  const [first = ''] = await fail(1, () => 'key');
  const [second = ''] = await fail(1, () => 'key');
  expect(await deadLetters.retry(organizationId, [first, second])).toBe(1);
  expect((await test.row(second)).status).toBe('PENDING');
  expect(await deadLetters.retry(organizationId, [first])).toBe(0);
});

it('counts each school’s items by themselves', async () => {
  await fail(2);
  expect(await test.queue.getStatsOf(organizationId)).toMatchObject({ failed: 2 });
  expect(await test.queue.getStatsOf(newId())).toMatchObject({ failed: 0 });
});
