import { newId } from '../../src/shared/ids.js';
import { openQueueTest, type QueueTest } from './queue-fixture.js';

let test: QueueTest;
beforeAll(async () => {
  test = await openQueueTest();
});
afterAll(() => test.close());
beforeEach(() => test.clear());

const counted = (n: number) => ({ eventType: 'test.counted', payload: { n } }) as const;
const unfinished = async () => {
  const { pending, processing } = await test.queue.getStats();
  return pending + processing;
};

it('takes the school from the user', async () => {
  const id = await test.queue.enqueue({ ...counted(1), userId: test.userId });
  expect(await test.row(id)).toMatchObject({
    organization_id: test.organizationId,
    user_id: test.userId,
    status: 'PENDING',
    payload: { n: 1 },
  });
});

it('takes an event for a school without a user', async () => {
  const id = await test.queue.enqueue({ ...counted(1), organizationId: test.organizationId });
  expect(await test.row(id)).toMatchObject({ organization_id: test.organizationId, user_id: null });
});

it('refuses an item without a school or a user', async () => {
  await expect(test.queue.enqueue(counted(1))).rejects.toThrow('needs a user or an organization');
});

it('refuses a user who does not exist, and with them the whole batch', async () => {
  const batch = [
    { ...counted(1), userId: test.userId },
    { ...counted(2), userId: newId() },
  ];
  await expect(test.queue.enqueueBatch(batch)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  expect(await unfinished()).toBe(0);
});

it('refuses a user of another school, also inside a transaction', async () => {
  const other = newId();
  await test.database.sql(`INSERT INTO organization (id, name) VALUES ($1, 'Other')`, other);
  const item = { ...counted(1), userId: test.userId, organizationId: other };
  await expect(test.queue.enqueue(item)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  const inTransaction = test.database.transaction((tx) => test.queue.enqueue(item, tx));
  await expect(inTransaction).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
});

it('refuses a payload that does not fit the event type', async () => {
  const payload = { n: 'one' } as unknown as { n: number };
  const item = { eventType: 'test.counted', payload, userId: test.userId } as const;
  await expect(test.queue.enqueue(item)).rejects.toThrow('The payload of "test.counted" is not valid');
});

it('refuses an event type that nobody knows', async () => {
  const item = { eventType: 'test.unknown' as 'test.counted', payload: { n: 1 }, userId: test.userId };
  await expect(test.queue.enqueue(item)).rejects.toThrow('"test.unknown" is not known');
});

it('gives the ids of a batch in the order of its items', async () => {
  const batch = Array.from({ length: 200 }, (_, n) => ({ ...counted(n), userId: test.userId }));
  const ids = await test.queue.enqueueBatch(batch);
  const rows = await Promise.all(ids.map((id) => test.row(id)));
  expect(rows.map(({ payload }) => payload)).toEqual(batch.map(({ payload }) => payload));
});

it('counts a delay by the database clock', async () => {
  const id = await test.queue.enqueue({ ...counted(1), userId: test.userId, delaySeconds: 90 });
  expect((await test.row(id)).due_in).toBeCloseTo(90, 0);
});

it('takes a time, a priority and a channel inside a transaction', async () => {
  const runAt = new Date(Date.now() + 3_600_000);
  const item = { ...counted(1), userId: test.userId, runAt, priority: 5, channel: 'EMAIL' } as const;
  const id = await test.database.transaction((tx) => test.queue.enqueue(item, tx));
  expect(await test.row(id)).toMatchObject({ run_at: runAt, priority: 5, channel: 'EMAIL' });
});

it('leaves nothing of a transaction that was rolled back', async () => {
  const failing = test.database.transaction(async (tx) => {
    await test.queue.enqueue({ ...counted(1), userId: test.userId }, tx);
    throw new Error('the cause did not happen');
  });
  await expect(failing).rejects.toThrow('the cause did not happen');
  expect(await unfinished()).toBe(0);
});

/** Resolves when everything that was sent before has arrived. */
const signalsArrived = () =>
  new Promise<void>((resolve) => {
    const unlisten = test.signals.listen('marker', () => {
      unlisten();
      resolve();
    });
    test.signals.send('marker', newId());
  });

it('signals a transaction only after its commit', async () => {
  await signalsArrived();
  const seen: string[] = [];
  const heard = new Promise<void>((resolve) => {
    test.signals.listen('queue', () => {
      seen.push('heard');
      resolve();
    });
  });
  await test.database.transaction(async (tx) => {
    await test.queue.enqueue({ ...counted(1), userId: test.userId }, tx);
    await signalsArrived();
    seen.push('committing');
  });
  await heard;
  expect(seen).toEqual(['committing', 'heard']);
});

describe('with a key', () => {
  const keyed = (n: number) => ({ ...counted(n), userId: test.userId, dedupeKey: 'room:1' });

  it('gives the unfinished item with the same key instead of a second one', async () => {
    const first = await test.queue.enqueue(keyed(1));
    expect(await test.queue.enqueue(keyed(2))).toBe(first);
    expect(await unfinished()).toBe(1);
  });

  it('makes a new item after the first was finished', async () => {
    const first = await test.queue.enqueue(keyed(1));
    await test.queue.cancel(first, 'withdrawn');
    expect(await test.queue.enqueue(keyed(2))).not.toBe(first);
  });

  it('makes one item of the same key twice in one batch', async () => {
    const ids = await test.queue.enqueueBatch([keyed(1), { ...counted(2), userId: test.userId }, keyed(3)]);
    expect(ids[0]).toBe(ids[2]);
    expect(new Set(ids).size).toBe(2);
  });

  it('makes one item however many ask for it at once, in any order of keys', async () => {
    const batch = ['a', 'b', 'c', 'd'].map((dedupeKey) => ({
      ...counted(1),
      userId: test.userId,
      dedupeKey,
    }));
    const asked = Array.from({ length: 20 }, (_, i) => (i % 2 ? batch : [...batch].reverse()));
    const ids = await Promise.all(asked.map((items) => test.queue.enqueueBatch(items)));
    expect(new Set(ids.flat()).size).toBe(4);
    expect(await unfinished()).toBe(4);
  });
});

it('cancels an unfinished item with a reason, and only once', async () => {
  const id = await test.queue.enqueue({ ...counted(1), userId: test.userId });
  expect(await test.queue.cancel(id, 'the lesson is off')).toBe(true);
  expect(await test.row(id)).toMatchObject({ status: 'CANCELLED', reason: 'the lesson is off' });
  expect(await test.queue.cancel(id, 'again')).toBe(false);
});
