import { openQueueTest } from '../queue/queue-fixture.js';

it('tries again 10, 40 and 90 seconds after failures, within a second, and then gives up', async () => {
  const test = await openQueueTest();
  const attempts: number[] = [];
  try {
    test
      .worker(() => {
        attempts.push(performance.now());
        throw new Error('no');
      })
      .start();
    const id = await test.queue.enqueue({
      eventType: 'test.counted',
      payload: { n: 1 },
      userId: test.userId,
    });
    await test.until(id, 'FAILED', 180_000);
    const waits = attempts.slice(1).map((at, n) => (at - (attempts[n] ?? 0)) / 1_000);
    console.info(`waited ${waits.map((seconds) => seconds.toFixed(2)).join(', ')} s`);
    expect(waits).toHaveLength(3);
    for (const [n, seconds] of [10, 40, 90].entries()) {
      expect(Math.abs((waits[n] ?? 0) - seconds)).toBeLessThan(1);
    }
  } finally {
    await test.close();
  }
});
