import type { Lease } from '../../src/queue/item.js';
import { claimAlone, claimDue } from '../../src/queue/sql/claim.js';
import { completeItem, completeItems } from '../../src/queue/sql/complete.js';
import { extendLeases } from '../../src/queue/sql/extend.js';
import { failItems } from '../../src/queue/sql/fail.js';
import { deferItems, handBackItems } from '../../src/queue/sql/postpone.js';
import { rescueExpired } from '../../src/queue/sql/rescue.js';
import { skipItems } from '../../src/queue/sql/skip.js';
import { openQueueTest, type QueueTest } from './queue-fixture.js';

let test: QueueTest;
beforeAll(async () => {
  test = await openQueueTest();
});
afterAll(() => test.close());
beforeEach(() => test.clear());

const enqueue = (count: number, more: { priority?: number; delaySeconds?: number } = {}) =>
  test.queue.enqueueBatch(
    Array.from({ length: count }, (_, n) => ({
      eventType: 'test.counted' as const,
      payload: { n },
      userId: test.userId,
      ...more,
    })),
  );

async function claimOne(): Promise<Lease> {
  const [lease] = await claimDue(test.database, 1, 20);
  if (!lease) throw new Error('nothing is due');
  return lease;
}

it('claims by priority, then by age', async () => {
  const [late] = await enqueue(1);
  const [digest] = await enqueue(1, { priority: 10 });
  const [reminder] = await enqueue(1, { priority: -10 });
  const leases = await claimDue(test.database, 10, 20);
  expect(leases.map(({ item }) => item.id)).toEqual([reminder, late, digest]);
});

it('claims nothing before its time', async () => {
  await enqueue(1, { delaySeconds: 60 });
  expect(await claimDue(test.database, 10, 20)).toEqual([]);
});

it('never claims an item twice, however many claim at once', async () => {
  await enqueue(200);
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimDue(test.database, 30, 20)));
  const ids = claims.flat().map(({ item }) => item.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length + (await claimDue(test.database, 300, 20)).length).toBe(200);
});

it('tries again 10, 40 and 90 seconds after failures and gives up at the fourth, with all errors', async () => {
  const [id = ''] = await enqueue(1);
  for (const [n, seconds] of [10, 40, 90].entries()) {
    const lease = await claimOne();
    await failItems(test.database, [{ lease, error: new Error(`attempt ${n + 1}`), final: false }]);
    const row = await test.row(id);
    expect(row).toMatchObject({ status: 'PENDING', attempts: n + 1 });
    expect(row.due_in).toBeGreaterThan(seconds - 1);
    // The column counts whole milliseconds.
    expect(row.due_in).toBeLessThan(seconds + 0.001);
    await test.makeDue();
  }
  await failItems(test.database, [
    { lease: await claimOne(), error: new TypeError('the last'), final: false },
  ]);
  const row = await test.row(id);
  expect(row).toMatchObject({ status: 'FAILED', attempts: 4 });
  expect(row.errors.map(({ message }) => message)).toEqual([
    'Error: attempt 1',
    'Error: attempt 2',
    'Error: attempt 3',
    'TypeError: the last',
  ]);
  expect(await claimDue(test.database, 10, 20)).toEqual([]);
});

it('keeps a message that PostgreSQL could not store as it is', async () => {
  const [id = ''] = await enqueue(1);
  const error = new Error(`a\0b\ud800 ${'x'.repeat(5_000)}`);
  await failItems(test.database, [{ lease: await claimOne(), error, final: true }]);
  const { status, errors } = await test.row(id);
  expect(status).toBe('FAILED');
  expect(errors[0]?.message).toMatch(/^Error: ab. x+$/u);
});

it('changes nothing by a result that comes after the lease was lost', async () => {
  const [id = ''] = await enqueue(1);
  const late = await claimOne();
  await test.expireLeases();
  expect(await rescueExpired(test.database)).toEqual({ pending: 1, failed: 0 });
  const present = await claimOne();
  const before = await test.row(id);

  expect(await completeItems(test.database, [late])).toEqual(new Set());
  expect(await completeItem(test.database, late)).toBe(false);
  expect(await skipItems(test.database, [late], ['late'])).toEqual(new Set());
  expect(await failItems(test.database, [{ lease: late, error: new Error('late'), final: true }])).toEqual(
    new Set(),
  );
  expect(await deferItems(test.database, [{ lease: late, until: null, delaySeconds: 5 }])).toEqual(new Set());
  expect(await handBackItems(test.database, [late])).toEqual(new Set());
  expect(await extendLeases(test.database, [late], 60)).toEqual(new Set([id]));
  expect({ ...(await test.row(id)), due_in: 0 }).toEqual({ ...before, due_in: 0 });

  expect(await completeItems(test.database, [present])).toEqual(new Set([id]));
});

it('extends only what is still held', async () => {
  const [id = ''] = await enqueue(1);
  const lease = await claimOne();
  await test.expireLeases();
  expect(await extendLeases(test.database, [lease], 20)).toEqual(new Set());
  expect(await rescueExpired(test.database)).toEqual({ pending: 0, failed: 0 });
  expect((await test.row(id)).status).toBe('PROCESSING');
});

it('extends the other leases while one is locked by its own transaction', async () => {
  await enqueue(2);
  const leases = await claimDue(test.database, 2, 20);
  await test.expireLeases();
  await test.database.transaction(async (tx) => {
    await completeItem(tx, leases[0] as Lease);
    expect(await extendLeases(test.database, leases, 20)).toEqual(new Set());
    expect(await rescueExpired(test.database)).toEqual({ pending: 0, failed: 0 });
  });
  expect((await test.row(leases[0]?.item.id ?? '')).status).toBe('COMPLETED');
  expect((await test.row(leases[1]?.item.id ?? '')).status).toBe('PROCESSING');
});

it('rescues a lost lease without costing an attempt', async () => {
  const [id = ''] = await enqueue(1);
  await claimOne();
  expect(await rescueExpired(test.database)).toEqual({ pending: 0, failed: 0 });
  await test.expireLeases();
  await rescueExpired(test.database);
  expect(await test.row(id)).toMatchObject({
    status: 'PENDING',
    attempts: 0,
    lost_leases: 1,
    lease_token: null,
  });
});

it('claims an item that lost two leases only alone, and those first that lost fewer', async () => {
  await enqueue(3);
  await test.database.sql(`UPDATE notification_queue_item SET lost_leases = 2 + (payload->>'n')::int`);
  expect(await claimDue(test.database, 10, 20)).toEqual([]);
  const order = [await claimAlone(test.database, 20), await claimAlone(test.database, 20)];
  expect(order.map((leases) => leases.map(({ item }) => item.lostLeases))).toEqual([[2], [3]]);
});

it('gives up an item that lost five leases alone', async () => {
  const [id = ''] = await enqueue(1);
  for (let lost = 0; lost < 7; lost++) {
    expect(await test.row(id)).toMatchObject({ status: 'PENDING', lost_leases: lost });
    await (lost < 2 ? claimDue(test.database, 10, 20) : claimAlone(test.database, 20));
    await test.expireLeases();
    await rescueExpired(test.database);
  }
  const row = await test.row(id);
  expect(row).toMatchObject({ status: 'FAILED', lost_leases: 7, attempts: 0 });
  expect(row.errors[0]?.message).toContain('7 workers died or hung');
});

it('takes the lease from the worker when an item is cancelled', async () => {
  const [id = ''] = await enqueue(1);
  const lease = await claimOne();
  await test.queue.cancel(id, 'off');
  expect(await completeItem(test.database, lease)).toBe(false);
  expect(await test.row(id)).toMatchObject({ status: 'CANCELLED', reason: 'off' });
});
