import { LeaseLost } from '../../src/queue/outcome.js';
import { claimAlone, claimDue } from '../../src/queue/sql/claim.js';
import { rescueExpired } from '../../src/queue/sql/rescue.js';
import { eventually } from '../testkit/eventually.js';
import { openQueueTest, type QueueTest } from './queue-fixture.js';

let test: QueueTest;
beforeEach(async () => {
  test = await openQueueTest();
});
afterEach(() => test.close());

const enqueue = (count: number) =>
  test.queue.enqueueBatch(
    Array.from({ length: count }, (_, n) => ({
      eventType: 'test.counted' as const,
      payload: { n },
      userId: test.userId,
    })),
  );

const rename = `UPDATE app_user SET display_name = display_name || '!' WHERE id = $1::uuid RETURNING id`;
const nameOfUser = async () => {
  const user = await test.database.prisma.user.findUniqueOrThrow({ where: { id: test.userId } });
  return user.displayName;
};

it('completes an item in its handler’s own transaction', async () => {
  const [id = ''] = await enqueue(1);
  const result = await test
    .worker(async (_, context) => {
      await test.database.transaction(async (tx) => {
        await tx.sql(rename, test.userId);
        await context.complete(tx);
      });
      return { kind: 'completed' };
    })
    .drain();
  expect(result.completed).toBe(1);
  expect(await nameOfUser()).toBe('Student!');
  expect((await test.row(id)).status).toBe('COMPLETED');
});

it('skips an item in its handler’s own transaction', async () => {
  const [id = ''] = await enqueue(1);
  await test
    .worker(async (_, context) => {
      await test.database.transaction((tx) => context.skip(tx, 'the lesson is off'));
      return { kind: 'completed' };
    })
    .drain();
  expect(await test.row(id)).toMatchObject({ status: 'SKIPPED', reason: 'the lesson is off' });
});

it('rolls back what a handler did after it lost the lease', async () => {
  const [id = ''] = await enqueue(1);
  const outcomes: string[] = [];
  let caught: unknown;
  const lateHandler = test.worker(
    async (_, context) => {
      await test.expireLeases();
      await rescueExpired(test.database);
      await claimDue(test.database, 1, 20);
      await test.database
        .transaction(async (tx) => {
          await tx.sql(rename, test.userId);
          await context.complete(tx);
        })
        .catch((error: unknown) => {
          caught = error;
          throw error;
        });
      return { kind: 'completed' };
    },
    { onOutcome: (_, outcome) => outcomes.push(outcome.kind) },
  );
  expect(await lateHandler.drain()).toEqual({ completed: 0, failed: 0, skipped: 0 });
  expect(caught).toBeInstanceOf(LeaseLost);
  expect(outcomes).toEqual(['lost']);
  expect(await nameOfUser()).toBe('Student');
  expect(await test.row(id)).toMatchObject({ status: 'PROCESSING', attempts: 0 });
});

it('counts a handler whose transaction rolled back after complete as failed', async () => {
  const [id = ''] = await enqueue(1);
  const result = await test
    .worker(async (_, context) => {
      await test.database.transaction(async (tx) => {
        await context.complete(tx);
        throw new Error('too late');
      });
      return { kind: 'completed' };
    })
    .drain();
  expect(result).toEqual({ completed: 0, failed: 1, skipped: 0 });
  expect(await test.row(id)).toMatchObject({ status: 'PENDING', attempts: 1 });
});

it('keeps the lease of a long handler by its heartbeat', async () => {
  const [id = ''] = await enqueue(1);
  const leaseUntil = async () => {
    const [row] = await test.database.sql<{ at: Date }>(
      'SELECT lease_until AS at FROM notification_queue_item',
    );
    return row?.at.getTime() ?? 0;
  };
  const worker = test.worker(
    async () => {
      const first = await leaseUntil();
      await eventually(leaseUntil, (at) => at > first + 100);
      return { kind: 'completed' };
    },
    { timing: { heartbeatSeconds: 0.05 } },
  );
  expect(await worker.drain()).toMatchObject({ completed: 1 });
  expect(await test.row(id)).toMatchObject({ status: 'COMPLETED', lost_leases: 0 });
});

it('tells a handler that its lease was lost', async () => {
  const [id = ''] = await enqueue(1);
  const worker = test.worker(
    async (_, { signal }) => {
      const lost = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      await test.queue.cancel(id, 'off');
      await lost;
      return { kind: 'completed' };
    },
    { timing: { heartbeatSeconds: 0.05 } },
  );
  expect(await worker.drain()).toEqual({ completed: 0, failed: 0, skipped: 0 });
  expect((await test.row(id)).status).toBe('CANCELLED');
});

it('rescues what a dead worker left behind', async () => {
  const [id = ''] = await enqueue(1);
  // A worker that was killed right after its claim.
  await claimDue(test.database, 1, 0.2);
  test.worker(() => ({ kind: 'completed' }), { timing: { heartbeatSeconds: 0.05 } }).start();
  expect(await test.until(id, 'COMPLETED')).toMatchObject({ attempts: 0, lost_leases: 1 });
});

it('processes an item that lost two leases when nothing else runs', async () => {
  const ids = await enqueue(30);
  await test.database.sql(
    `UPDATE notification_queue_item SET lost_leases = 2 WHERE (payload->>'n')::int IN (3, 4, 5)`,
  );
  let running = 0;
  const beside: number[] = [];
  const worker = test.worker(
    async (item) => {
      running += 1;
      for (let turn = 0; turn < 3; turn++) {
        await new Promise(setImmediate);
        if (item.lostLeases >= 2) beside.push(running - 1);
      }
      running -= 1;
      return { kind: 'completed' };
    },
    { batchSize: 4, concurrency: 4 },
  );
  expect(await worker.drain()).toMatchObject({ completed: ids.length });
  expect(beside).toEqual(Array(9).fill(0));
});

it('gives up a poison item and delivers everything else meanwhile', async () => {
  const [poison = ''] = await enqueue(1);
  const done: string[] = [];
  for (let death = 0; death < 7; death++) {
    const others = await enqueue(3);
    // A worker that claims the poison item dies of it; another one comes after it.
    await (death < 2 ? claimDue(test.database, 1, 20) : claimAlone(test.database, 20));
    await test
      .worker(({ id }) => {
        done.push(id);
        return { kind: 'completed' };
      })
      .drain();
    expect(done.splice(0).toSorted()).toEqual(others.toSorted());
    await test.expireLeases();
    await rescueExpired(test.database);
  }
  expect(await test.row(poison)).toMatchObject({ status: 'FAILED', lost_leases: 7, attempts: 0 });
});

it('goes on by itself after every connection was lost', async () => {
  let handled = 0;
  const worker = test.worker(
    async (_, context) => {
      handled += 1;
      await test.database.transaction((tx) => context.complete(tx));
      return { kind: 'completed' };
    },
    { batchSize: 5, timing: { leaseSeconds: 0.5, heartbeatSeconds: 0.1 } },
  );
  worker.start();
  await enqueue(300);
  for (let cut = 1; cut <= 5; cut++) {
    await eventually(
      () => handled,
      (count) => count >= cut * 40,
    );
    await test.database
      .sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      )
      .catch(() => {});
  }
  const { completed } = await eventually(
    () => test.queue.getStats().catch(() => ({ completed: 0 })),
    (stats) => stats.completed === 300,
    20_000,
  );
  expect(completed).toBe(300);
  const failures = await test.database.sql('SELECT errors FROM notification_queue_item WHERE attempts > 0');
  expect(failures).toEqual([]);
});

it('counts an attempt when another server cannot be reached', async () => {
  const [id = ''] = await enqueue(1);
  const refuse = () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };
  expect(await test.worker(refuse).drain()).toMatchObject({ failed: 1 });
  expect(await test.row(id)).toMatchObject({ status: 'PENDING', attempts: 1 });
});
