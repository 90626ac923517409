import { pino } from 'pino';
import { createLimiters } from '../../src/platform/rate-limits/limiter.js';
import { connectRedis, type RedisConnection } from '../../src/platform/redis/redis.js';
import { eventually } from '../testkit/eventually.js';
import { hasRedis, type RedisServer, startRedis } from '../testkit/redis-server.js';

const tenAMinute = { name: 'test', points: 10, seconds: 60 };
const silent = pino({ level: 'silent' });

describe('a limiter of one process', () => {
  const create = createLimiters(null);

  it('lets through so many points of a key, and says what is left and for how long', async () => {
    const limiter = create(tenAMinute);
    expect(await limiter.take('a', 7)).toMatchObject({
      allowed: true,
      limit: 10,
      remaining: 3,
      windowSeconds: 60,
    });
    expect(await limiter.take('a', 3)).toMatchObject({ allowed: true, remaining: 0 });
    const refused = await limiter.take('a');
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.resetMs).toBeGreaterThan(58_000);
    expect(refused.resetMs).toBeLessThanOrEqual(60_000);
    expect(await limiter.take('b')).toMatchObject({ allowed: true });
  });

  it('begins anew when the window is over, which refused points do not lengthen', async () => {
    const limiter = create({ name: 'short', points: 1, seconds: 1 });
    await limiter.take('a');
    expect((await limiter.take('a')).allowed).toBe(false);
    await eventually(
      () => limiter.take('a'),
      ({ allowed }) => allowed,
    );
  });

  it('takes points back', async () => {
    const limiter = create({ ...tenAMinute, points: 1 });
    await limiter.take('a');
    await limiter.giveBack('a');
    expect((await limiter.take('a')).allowed).toBe(true);
  });

  it('of 0 points lets everything through', async () => {
    const limiter = create({ ...tenAMinute, points: 0 });
    expect(await limiter.take('a', 1_000_000)).toMatchObject({ allowed: true, limit: 0 });
  });

  it('keeps a bounded number of keys: those beyond share one', async () => {
    const limiter = create({ name: 'flood', points: 5, seconds: 60 });
    await limiter.take('honest');
    for (let i = 0; i < 50_000; i++) await limiter.take(`attacker ${i}`);
    const beyond = await Promise.all(Array.from({ length: 6 }, (_, i) => limiter.take(`late ${i}`)));
    expect(beyond.map(({ allowed }) => allowed)).toContain(false);
    expect(await limiter.take('honest')).toMatchObject({ allowed: true, remaining: 3 });
  });
});

const withRedis = hasRedis ? describe : describe.skip;
if (!hasRedis) process.stdout.write('no redis-server here: the tests of limits in Redis are skipped\n');

withRedis('limiters on one Redis', () => {
  let redis: RedisServer;
  const connections: RedisConnection[] = [];
  let name = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const connection of connections) await connection.stop();
    await redis.dispose();
  });

  /** A limiter of each of two processes. */
  async function two(points: number) {
    const limit = { name: `test-${name++}`, points, seconds: 60 };
    return Promise.all(
      [1, 2].map(async () => {
        const connection = connectRedis(redis.url, silent);
        connections.push(connection);
        await eventually(
          async () => connection.client.status,
          (status) => status === 'ready',
        );
        return createLimiters(connection)(limit);
      }),
    );
  }

  it('count together', async () => {
    const [one, other] = await two(10);
    const taken = await Promise.all(
      [one, other].flatMap((limiter) => Array.from({ length: 8 }, () => limiter?.take('a'))),
    );
    expect(taken.filter((allowance) => allowance?.allowed)).toHaveLength(10);
  });

  it.each([
    ['is killed', (server: RedisServer) => server.kill(), (server: RedisServer) => server.start()],
    ['is frozen', (server: RedisServer) => server.freeze(), (server: RedisServer) => server.thaw()],
  ])(
    'each count for themselves while Redis %s, never not at all, and together again afterwards',
    async (_how, stop, go) => {
      const [one, other] = await two(10);
      await one?.take('a', 10);
      expect((await other?.take('a'))?.allowed).toBe(false);

      await stop(redis);
      const start = performance.now();
      const alone = await Promise.all(Array.from({ length: 30 }, () => one?.take('a')));
      expect(alone.filter((allowance) => allowance?.allowed)).toHaveLength(10);
      // Nobody waits for a Redis that is not there: after the first, it is left alone for a while.
      const after = performance.now();
      await one?.take('b');
      expect(performance.now() - after).toBeLessThan(100);
      expect(after - start).toBeLessThan(5_000);

      await go(redis);
      await eventually(
        async () => {
          const key = `together ${performance.now()}`;
          await one?.take(key, 10);
          return (await other?.take(key))?.allowed;
        },
        (allowed) => allowed === false,
      );
    },
  );
});
