import { priorities } from '../../src/queue/policy.js';
import { claimDue, claimInTurn } from '../../src/queue/sql/claim.js';
import { newId } from '../../src/shared/ids.js';
import { openQueueTest, type QueueTest } from './queue-fixture.js';

let test: QueueTest;
beforeEach(async () => {
  test = await openQueueTest();
});
afterEach(() => test.close());

async function school(): Promise<string> {
  const id = newId();
  await test.database.sql(`INSERT INTO organization (id, name) VALUES ($1, 'A school')`, id);
  return id;
}

const enqueue = (organizationId: string, count: number, priority = 0) =>
  test.queue.enqueueBatch(
    Array.from({ length: count }, (_, n) => ({
      eventType: 'test.counted' as const,
      payload: { n },
      organizationId,
      priority,
    })),
  );

/** How many items of each school a turn has claimed. */
async function turn(limit: number, after: string | null, ...schools: string[]) {
  const { leases, lastSchool } = await claimInTurn(test.database, limit, 20, after);
  const counts = schools.map((id) => leases.filter(({ item }) => item.organizationId === id).length);
  return { counts, total: leases.length, lastSchool };
}

it('gives every school the same share of a claim, and the rest to whoever is next', async () => {
  const [big, small, third] = [await school(), await school(), await school()];
  await enqueue(big, 100);
  await enqueue(small, 2);
  await enqueue(third, 50);
  const first = await turn(30, null, big, small, third);
  expect(first).toMatchObject({ counts: [18, 2, 10], total: 30 });
  // No school comes after the last one: the rest is in plain order, and the next turn starts again.
  const second = await turn(30, first.lastSchool, big, small, third);
  expect(second.total).toBe(30);
  const next = await turn(30, second.lastSchool, big, small, third);
  expect(next).toMatchObject({ counts: [15, 0, 15], total: 30 });
});

it('comes to every school in turn when there are more schools than a claim takes', async () => {
  const schools = await Promise.all(Array.from({ length: 10 }, school));
  for (const id of schools) await enqueue(id, 5);
  const seen = new Set<string>();
  let after: string | null = null;
  for (let claim = 0; claim < 4; claim++) {
    const { leases, lastSchool } = await claimInTurn(test.database, 3, 20, after);
    expect(leases).toHaveLength(3);
    for (const { item } of leases) seen.add(item.organizationId);
    after = lastSchool;
  }
  expect(seen.size).toBe(10);
});

it('takes what is more urgent first, whatever the school', async () => {
  const [bulk, other] = [await school(), await school()];
  await enqueue(bulk, 20, priorities.bulk);
  await enqueue(other, 3, priorities.digest);
  await enqueue(other, 2, priorities.urgent);
  expect(await turn(2, null, bulk, other)).toMatchObject({ counts: [0, 2] });
  expect(await turn(20, null, bulk, other)).toMatchObject({ counts: [20, 0] });
  expect(await turn(20, null, bulk, other)).toMatchObject({ counts: [0, 3] });
});

it('claims a reminder before a digest that was enqueued earlier', async () => {
  const id = await school();
  await enqueue(id, 1, priorities.digest);
  await enqueue(id, 1, priorities.urgent);
  const order = (await claimDue(test.database, 10, 20)).map(({ item }) => item.priority);
  expect(order).toEqual([priorities.urgent, priorities.digest]);
});

it('claims nothing that another claim has, nothing of the future and nothing suspect', async () => {
  const id = await school();
  await enqueue(id, 10);
  await test.database.sql(
    `UPDATE notification_queue_item SET run_at = now() + interval '1 hour' WHERE (payload->>'n')::int = 0`,
  );
  await test.database.sql(
    `UPDATE notification_queue_item SET lost_leases = 2 WHERE (payload->>'n')::int = 1`,
  );
  const turns = await Promise.all([1, 2, 3].map(() => claimInTurn(test.database, 5, 20, null)));
  const ids = turns.flatMap(({ leases }) => leases.map(({ item }) => item.id));
  expect(ids).toHaveLength(8);
  expect(new Set(ids).size).toBe(8);
  expect(await claimInTurn(test.database, 5, 20, null)).toMatchObject({ leases: [] });
});

it('keeps no school waiting for the end of another’s backlog', async () => {
  const [big, small] = [await school(), await school()];
  await enqueue(big, 500);
  await enqueue(small, 5);
  const order: string[] = [];
  await test
    .worker(
      ({ organizationId }) => {
        order.push(organizationId);
        return { kind: 'completed' };
      },
      { batchSize: 20, concurrency: 4 },
    )
    .drain();
  expect(order).toHaveLength(505);
  expect(order.lastIndexOf(small)).toBeLessThan(100);
});
