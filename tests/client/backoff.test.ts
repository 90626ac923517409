import { jitteredDelay, timerWait } from '../../client/index.js';

it('a wait is anything from nothing to a limit that doubles', () => {
  const limits = [1, 2, 3].map((failures) =>
    jitteredDelay(failures, { firstMilliseconds: 100, random: () => 1 }),
  );
  expect(limits).toEqual([100, 200, 400]);
  expect(jitteredDelay(3, { random: () => 0 })).toBe(0);
});

it('a wait is never longer than its limit, however many failures there were', () => {
  expect(jitteredDelay(5_000, { maxMilliseconds: 30_000, random: () => 1 })).toBe(30_000);
});

it('a wait ends at once when it is aborted', async () => {
  const stopping = new AbortController();
  const hour = timerWait(3_600_000, stopping.signal);
  stopping.abort();
  await expect(hour).resolves.toBeUndefined();
  await expect(timerWait(3_600_000, stopping.signal)).resolves.toBeUndefined();
});
