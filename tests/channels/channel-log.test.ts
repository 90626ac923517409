import type { StreamItem } from '../../src/channels/events.js';
import { accessLost } from '../../src/channels/events.js';
import { newId } from '../../src/shared/ids.js';
import { createTestDatabase, execute, type TestDatabase } from '../testkit/test-database.js';
import { brief, deafBus, event, type Node, startNode, take } from './node-fixture.js';

const reader = newId();
const anyone = async () => {};

let database: TestDatabase;
let node: Node;
let channel: string;

beforeAll(async () => {
  database = await createTestDatabase();
  node = await startNode(database.url);
});
afterAll(async () => {
  await node.stop();
  await database.drop();
});
beforeEach(() => {
  channel = `chat:${newId()}`;
});

const follow = (on: Node, after?: StreamItem['cursor'] | null) =>
  on.channels.subscribe({ channel, after, userId: reader, authorize: anyone });

async function appendMany(count: number, from = 1): Promise<void> {
  await node.append(...Array.from({ length: count }, (_, index) => event(channel, from + index)));
}

async function cursorAt(seq: number): Promise<StreamItem['cursor']> {
  const [row] = await execute<{ tag: string }>(
    database.url,
    'SELECT tag::text FROM channel_event WHERE channel = $1 AND seq = $2',
    [channel, seq],
  );
  return { channel, seq, tag: row?.tag ?? '0' };
}

describe('appending', () => {
  it('numbers the events of a channel without gaps in commit order, whatever rolls back', async () => {
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 15; n++) {
        await node.database
          .transaction(async (tx) => {
            await node.channels.append(tx, [event(channel, writer * 100 + n)]);
            if (n % 3 === 0) throw new Error('rolled back on purpose');
          })
          .catch((error: Error) => expect(error.message).toBe('rolled back on purpose'));
      }
    });
    await Promise.all(writers);
    const rows = await execute<{ seq: number; occurred_at: Date }>(
      database.url,
      'SELECT seq::int, occurred_at FROM channel_event WHERE channel = $1 ORDER BY seq',
      [channel],
    );
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
    const times = rows.map(({ occurred_at }) => occurred_at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('writes to several channels at once in crossed orders without a deadlock', async () => {
    const other = `chat:${newId()}`;
    const both = [event(channel, 1), event(other, 1)];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => node.append(...(index % 2 ? both : [...both].reverse()))),
    );
    const heads = await node.channels.heads([channel, other]);
    expect([heads.get(channel)?.seq, heads.get(other)?.seq]).toEqual([20, 20]);
  });

  it('places several events of one channel in the order in which they were given', async () => {
    const [first, second] = await node.append(event(channel, 1), event(channel, 2));
    expect([first?.seq, second?.seq]).toEqual([1, 2]);
    expect((await node.channels.heads([channel])).get(channel)).toEqual({
      channel,
      seq: 2,
      tag: second?.tag,
    });
  });
});

describe('following', () => {
  it('starts at the present end when there is no cursor', async () => {
    await appendMany(3);
    const stream = follow(node);
    expect(brief(await take(stream, 1))).toEqual(['joined']);
    await appendMany(2, 4);
    expect(brief(await take(stream, 2))).toEqual([4, 5]);
    await stream.return?.();
  });

  it('replays what came after the cursor, says joined once, and goes on live', async () => {
    await appendMany(5);
    const stream = follow(node, await cursorAt(2));
    expect(brief(await take(stream, 4))).toEqual([3, 4, 5, 'joined']);
    await appendMany(1, 6);
    expect(brief(await take(stream, 1))).toEqual([6]);
    await stream.return?.();
  });

  it('replays from the beginning of a channel that was empty when its cursor was read', async () => {
    const start = (await node.channels.heads([channel])).get(channel);
    await appendMany(2);
    const stream = follow(node, start);
    expect(brief(await take(stream, 3))).toEqual([1, 2, 'joined']);
    await stream.return?.();
  });

  it('delivers each event once and in order to followers that join while others write', async () => {
    await appendMany(1);
    const start = await cursorAt(1);
    const writing = (async () => {
      for (let n = 2; n <= 120; n++) await appendMany(1, n);
    })();
    const streams = Array.from({ length: 6 }, () => follow(node, start));
    const seen = await Promise.all(streams.map((stream) => take(stream, 120)));
    await writing;
    const expected = Array.from({ length: 119 }, (_, index) => index + 2);
    for (const items of seen) expect(brief(items).filter((item) => item !== 'joined')).toEqual(expected);
    await Promise.all(streams.map((stream) => stream.return?.()));
  });

  it('serves a follower that has fallen out of memory from the log', async () => {
    const slow = follow(node);
    const quick = follow(node);
    await Promise.all([take(slow, 1), take(quick, 1)]);
    for (let batch = 0; batch < 7; batch++) await appendMany(100, batch * 100 + 1);
    const expected = Array.from({ length: 700 }, (_, index) => index + 1);
    expect(brief(await take(quick, 700))).toEqual(expected);
    expect(brief(await take(slow, 700))).toEqual(expected);
    await Promise.all([slow.return?.(), quick.return?.()]);
  });

  it('ends a wait at once when the consumer returns', async () => {
    const stream = follow(node);
    await take(stream, 1);
    const pending = stream.next();
    await stream.return?.();
    await expect(pending).resolves.toEqual({ done: true, value: undefined });
  });

  it('asks for access after it has begun to listen, and refuses without an event', async () => {
    const stream = node.channels.subscribe({
      channel,
      userId: reader,
      authorize: async () => {
        throw new Error('refused');
      },
    });
    await expect(stream.next()).rejects.toThrow('refused');
  });

  it('refuses a cursor of another channel', async () => {
    const stream = follow(node, { channel: `chat:${newId()}`, seq: 1, tag: '1' });
    await expect(stream.next()).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});

describe('a history that is gone', () => {
  const first = async (cursor: StreamItem['cursor']) => {
    const stream = follow(node, cursor);
    const items = await take(stream, 2);
    expect(items).toHaveLength(1);
    return items;
  };

  it('is told as EPOCH_CHANGED when the tag at the sequence is another', async () => {
    await appendMany(3);
    for (const seq of [2, 3]) {
      expect(brief(await first({ channel, seq, tag: '42' }))).toEqual(['reset:EPOCH_CHANGED']);
    }
  });

  it('is told as EPOCH_CHANGED when the cursor lies beyond the end', async () => {
    await appendMany(1);
    const [reset] = await first({ channel, seq: 9, tag: '42' });
    expect(reset).toMatchObject({ reason: 'EPOCH_CHANGED', cursor: await cursorAt(1) });
  });

  it('is told as HISTORY_EXPIRED when retention has removed the next event', async () => {
    await appendMany(5);
    const cursor = await cursorAt(1);
    await execute(database.url, 'DELETE FROM channel_event WHERE channel = $1 AND seq <= 2', [channel]);
    const other = await startNode(database.url);
    const stream = follow(other, cursor);
    expect(brief(await take(stream, 2))).toEqual(['reset:HISTORY_EXPIRED']);
    await other.stop();
  });

  it('is told as TOO_FAR_BEHIND beyond 1,000 events, and replayed up to that', async () => {
    for (let batch = 0; batch < 11; batch++) await appendMany(92, batch * 92 + 1);
    expect(brief(await first(await cursorAt(11)))).toEqual(['reset:TOO_FAR_BEHIND']);
    const stream = follow(node, await cursorAt(12));
    expect(await take(stream, 1_001)).toHaveLength(1_001);
    await stream.return?.();
  });

  it('is what retention leaves: old events go from the front of a channel, young ones stay', async () => {
    await appendMany(4);
    await execute(
      database.url,
      `UPDATE channel_event SET occurred_at = now() - interval '8 days' WHERE channel = $1 AND seq IN (1, 3)`,
      [channel],
    );
    expect(await node.channels.removeExpired()).toBeGreaterThanOrEqual(3);
    const left = await execute<{ seq: number }>(
      database.url,
      'SELECT seq::int FROM channel_event WHERE channel = $1',
      [channel],
    );
    expect(left).toEqual([{ seq: 4 }]);
  });
});

describe('losing access', () => {
  it('ends the stream of the one who lost it, before any later event', async () => {
    const mine = follow(node);
    const theirs = node.channels.subscribe({ channel, userId: newId(), authorize: anyone });
    await Promise.all([take(mine, 1), take(theirs, 1)]);
    await node.append(event(channel, 1), accessLost(channel, [reader], null), event(channel, 2));
    expect(brief(await take(mine, 1))).toEqual([1]);
    await expect(mine.next()).rejects.toMatchObject({ code: 'SUBSCRIPTION_REVOKED' });
    expect(brief(await take(theirs, 2))).toEqual([1, 2]);
    await theirs.return?.();
  });

  it('does not end a later subscription that was authorized anew', async () => {
    await appendMany(1);
    const cursor = await cursorAt(1);
    await node.append(accessLost(channel, [reader], null), event(channel, 2));
    const stream = follow(node, cursor);
    expect(brief(await take(stream, 2))).toEqual([2, 'joined']);
    await stream.return?.();
  });
});

describe('between nodes', () => {
  it('wakes followers on another node through PostgreSQL', async () => {
    const other = await startNode(database.url, { pollMilliseconds: 60_000 });
    const stream = follow(other);
    await take(stream, 1);
    await appendMany(3);
    expect(brief(await take(stream, 3))).toEqual([1, 2, 3]);
    await stream.return?.();
    await other.stop();
  });

  it('finds within a second what a bus that tells nothing has lost', async () => {
    const other = await startNode(database.url, { bus: deafBus });
    const stream = follow(other);
    await take(stream, 1);
    const start = performance.now();
    await appendMany(2);
    expect(brief(await take(stream, 2))).toEqual([1, 2]);
    expect(performance.now() - start).toBeLessThan(1_500);
    await stream.return?.();
    await other.stop();
  });

  it('misses, repeats and reorders nothing over a bus that does all three', async () => {
    const wakes: ((channel: string, seq: number) => void)[] = [];
    const other = await startNode(database.url, {
      bus: { ...deafBus, onWake: (wake) => wakes.push(wake) },
      pollMilliseconds: 200,
    });
    const stream = follow(other);
    await take(stream, 1);
    const tell = (seq: number) => {
      for (const wake of wakes) wake(channel, seq);
    };
    for (let n = 1; n <= 60; n++) {
      await appendMany(1, n);
      if (n % 3 === 0) [n, n - 1, n, n - 2].forEach(tell);
    }
    expect(brief(await take(stream, 60))).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    await stream.return?.();
    await other.stop();
  });

  it('reads a gap once, however many wait for it', async () => {
    const reads: string[] = [];
    let wake: ((channel: string, seq: number) => void) | undefined;
    const other = await startNode(database.url, {
      bus: { ...deafBus, onWake: (handler) => (wake = handler) },
      pollMilliseconds: 60_000,
      observe: (text) => text.includes('ORDER BY seq') && reads.push(text),
    });
    const streams = Array.from({ length: 50 }, () => follow(other));
    await Promise.all(streams.map((stream) => take(stream, 1)));
    await appendMany(5);
    reads.length = 0;
    wake?.(channel, 5);
    const seen = await Promise.all(streams.map((stream) => take(stream, 5)));
    expect(seen.every((items) => items.length === 5)).toBe(true);
    expect(reads).toHaveLength(1);
    await Promise.all(streams.map((stream) => stream.return?.()));
    await other.stop();
  });
});
