import { PermanentFailure } from '../../src/queue/outcome.js';
import { queueTopic } from '../../src/queue/queue.js';
import { openQueueTest, type QueueTest, type TestHandlers } from './queue-fixture.js';

let test: QueueTest;
beforeEach(async () => {
  test = await openQueueTest();
});
afterEach(() => test.close());

const enqueue = (count: number, more: { delaySeconds?: number } = {}) =>
  test.queue.enqueueBatch(
    Array.from({ length: count }, (_, n) => ({
      eventType: 'test.counted' as const,
      payload: { n },
      userId: test.userId,
      ...more,
    })),
  );

/** A promise and its ends. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

it('drains what is due and says what it did', async () => {
  await enqueue(6);
  await enqueue(1, { delaySeconds: 60 });
  const result = await test
    .worker((item) => {
      const n = item.eventType === 'test.counted' ? item.payload.n : 0;
      if (n === 1) return { kind: 'skipped', reason: 'read meanwhile' };
      if (n === 2) throw new Error('no');
      if (n === 3) return { kind: 'deferred', delaySeconds: 60 };
      return { kind: 'completed' };
    })
    .drain();
  expect(result).toEqual({ completed: 3, failed: 1, skipped: 1 });
  expect(await test.queue.getStats()).toMatchObject({ completed: 3, skipped: 1, pending: 3 });
});

it('drains what its handlers enqueue too', async () => {
  await test.queue.enqueue({ eventType: 'test.told', payload: { text: 'expand' }, userId: test.userId });
  const result = await test
    .worker({
      'test.told': async (_, context) => {
        await test.database.transaction(async (tx) => {
          await test.queue.enqueue(
            { eventType: 'test.counted', payload: { n: 1 }, userId: test.userId, channel: 'EMAIL' },
            tx,
          );
          await context.complete(tx);
        });
        return { kind: 'completed' };
      },
      '*:EMAIL': () => ({ kind: 'completed' }),
    })
    .drain();
  expect(result).toEqual({ completed: 2, failed: 0, skipped: 0 });
});

it('processes each of 500 items once with two workers', async () => {
  const seen: string[] = [];
  const handle: TestHandlers = async ({ id }) => {
    seen.push(id);
    await new Promise(setImmediate);
    return { kind: 'completed' };
  };
  const ids = await enqueue(500);
  const options = { batchSize: 20, concurrency: 10 };
  const results = await Promise.all([
    test.worker(handle, options).drain(),
    test.worker(handle, options).drain(),
  ]);
  expect(seen.toSorted()).toEqual(ids.toSorted());
  expect(results.every(({ completed }) => completed > 0)).toBe(true);
  expect(await test.queue.getStats()).toMatchObject({ completed: 500, pending: 0, processing: 0 });
});

it('is woken by a signal long before its interval', async () => {
  const handled = gate();
  const worker = test.worker(
    () => {
      handled.open();
      return { kind: 'completed' };
    },
    { intervalSeconds: 3_600 },
  );
  worker.start();
  const [first = ''] = await enqueue(1);
  await test.until(first, 'COMPLETED');
  // It sleeps now, or is about to.
  const start = performance.now();
  const [second = ''] = await enqueue(1);
  await test.until(second, 'COMPLETED');
  expect(performance.now() - start).toBeLessThan(1_000);
});

it.each(['goes on', 'stops at once'])(
  'tells other processes too of what a worker here is about to take, when this one %s',
  async (then) => {
    const other = await test.otherSignals();
    const heard = gate();
    other.listen(queueTopic, heard.open);
    const here: string[] = [];
    test.signals.listen(queueTopic, (message) => here.push(message), true);
    test.queue.wake();
    await Promise.resolve();
    expect(here).toEqual(['ready']);
    if (then === 'stops at once') await test.signals.stop();
    await heard.opened;
  },
);

it('wakes for what becomes due within its interval', async () => {
  const [id = ''] = await enqueue(1, { delaySeconds: 0.3 });
  test.worker(() => ({ kind: 'completed' }), { intervalSeconds: 3_600 }).start();
  await test.until(id, 'COMPLETED');
});

it('wakes for what it deferred itself', async () => {
  const [id = ''] = await enqueue(1);
  let calls = 0;
  test
    .worker(() => (++calls === 1 ? { kind: 'deferred', delaySeconds: 0 } : { kind: 'completed' }), {
      intervalSeconds: 3_600,
    })
    .start();
  expect(await test.until(id, 'COMPLETED')).toMatchObject({ attempts: 0, lost_leases: 0, errors: [] });
  expect(calls).toBe(2);
});

it('runs no more handlers at once than it may', async () => {
  await enqueue(40);
  let running = 0;
  let most = 0;
  const handle: TestHandlers = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
    return { kind: 'completed' };
  };
  await test.worker(handle, { batchSize: 10, concurrency: 3 }).drain();
  expect(most).toBe(3);
});

it('makes a dead letter of a permanent failure at once', async () => {
  const [id = ''] = await enqueue(1);
  const fail = () => {
    throw new PermanentFailure('the address does not exist');
  };
  await test.worker(fail).drain();
  const row = await test.row(id);
  expect(row).toMatchObject({ status: 'FAILED', attempts: 1 });
  expect(row.errors[0]?.message).toBe('PermanentFailure: the address does not exist');
});

it('makes a dead letter of a payload that no longer fits, without calling the handler', async () => {
  const [id = ''] = await enqueue(1);
  await test.database.sql(`UPDATE notification_queue_item SET payload = '{"n": "one"}'`);
  let called = false;
  const handle: TestHandlers = () => {
    called = true;
    return { kind: 'completed' };
  };
  await test.worker(handle).drain();
  const row = await test.row(id);
  expect(row.status).toBe('FAILED');
  expect(row.errors[0]?.message).toContain('PayloadError: The payload of "test.counted" is not valid');
  expect(called).toBe(false);
});

it('leaves what it has no handler for to a worker of a newer release, at no cost', async () => {
  const [id = ''] = await enqueue(1);
  const result = await test.worker({ 'test.told': () => ({ kind: 'completed' }) }).drain();
  expect(result).toEqual({ completed: 0, failed: 0, skipped: 0 });
  const row = await test.row(id);
  expect(row).toMatchObject({ status: 'PENDING', attempts: 0, errors: [] });
  expect(row.due_in).toBeGreaterThan(20);
  await test.makeDue();
  await test.worker(() => ({ kind: 'completed' })).drain();
  expect((await test.row(id)).status).toBe('COMPLETED');
});

it('leaves an event type that it does not know to a worker of a newer release', async () => {
  const [id = ''] = await enqueue(1);
  await test.database.sql(`UPDATE notification_queue_item SET event_type = 'test.next'`);
  await test.worker(() => ({ kind: 'completed' })).drain();
  expect(await test.row(id)).toMatchObject({ status: 'PENDING', attempts: 0 });
});

it('makes a dead letter of what no worker has known for a day', async () => {
  const [id = ''] = await enqueue(1);
  await test.database.sql(
    `UPDATE notification_queue_item SET event_type = 'test.next', unknown_since = now() - interval '25 hours'`,
  );
  await test.worker(() => ({ kind: 'completed' })).drain();
  const row = await test.row(id);
  expect(row.status).toBe('FAILED');
  expect(row.errors[0]?.message).toBe('There is no handler for "test.next".');
});

it('counts a handler that hangs as failed, and tells it', async () => {
  const [id = ''] = await enqueue(1);
  const told = gate();
  await test
    .worker(
      (_, { signal }) => {
        signal.addEventListener('abort', told.open);
        return new Promise(() => {});
      },
      { timing: { handlerTimeoutSeconds: 0.05 } },
    )
    .drain();
  await told.opened;
  expect(await test.row(id)).toMatchObject({ status: 'PENDING', attempts: 1 });
});

it('tells an observer of everything that it claimed', async () => {
  await enqueue(3);
  const told: string[] = [];
  await test
    .worker(
      ({ payload }) => {
        if ('n' in payload && payload.n === 0) throw new Error('no');
        return { kind: 'completed' };
      },
      { onOutcome: (item, outcome) => told.push(`${item.eventType} ${outcome.kind}`) },
    )
    .drain();
  expect(told.sort()).toEqual(['test.counted completed', 'test.counted completed', 'test.counted failed']);
});

it('hands back on stop what it has not started, and lets the rest finish', async () => {
  const ids = await enqueue(5);
  const started = gate();
  const finish = gate();
  const worker = test.worker(
    async () => {
      started.open();
      await finish.opened;
      return { kind: 'completed' };
    },
    { concurrency: 1 },
  );
  worker.start();
  await started.opened;
  const stopped = worker.stop();
  await test.until(ids[4] ?? '', 'PENDING');
  finish.open();
  await stopped;
  expect(await test.queue.getStats()).toMatchObject({ completed: 1, pending: 4, processing: 0 });
  expect(await test.row(ids[4] ?? '')).toMatchObject({ attempts: 0, lost_leases: 0 });
});

it('hands back on stop what is not finished within the drain timeout', async () => {
  const [id = ''] = await enqueue(1);
  const started = gate();
  const worker = test.worker(
    () => {
      started.open();
      return new Promise(() => {});
    },
    { drainTimeoutSeconds: 0.05 },
  );
  worker.start();
  await started.opened;
  await worker.stop();
  expect(await test.row(id)).toMatchObject({ status: 'PENDING', attempts: 0, lost_leases: 0 });
});

it('ends a drain early when it is stopped', async () => {
  await enqueue(20);
  const started = gate();
  const finish = gate();
  const worker = test.worker(
    async () => {
      started.open();
      await finish.opened;
      return { kind: 'completed' };
    },
    { concurrency: 2, batchSize: 5 },
  );
  const drained = worker.drain();
  await started.opened;
  const stopped = worker.stop();
  finish.open();
  await stopped;
  expect(await drained).toEqual({ completed: 2, failed: 0, skipped: 0 });
  expect(await test.queue.getStats()).toMatchObject({ pending: 18, processing: 0 });
});
