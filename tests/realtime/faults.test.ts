import type { Bus } from '../../src/channels/bus.js';
import type { Cursor } from '../../src/channels/cursor.js';
import { readConfig } from '../../src/config/config.js';
import { newId } from '../../src/shared/ids.js';
import { event, startNode } from '../channels/node-fixture.js';
import { eventually } from '../testkit/eventually.js';
import { createRandom } from '../testkit/random.js';
import { type StartAppOptions, startApp, type TestApp } from '../testkit/start-app.js';
import { createTestDatabase } from '../testkit/test-database.js';
import { type SecondNode, startSecondNode } from './second-node.js';
import { flaw, follow } from './subscriber.js';

const random = createRandom(4);
const socketLimits = {
  ...readConfig({}).socketLimits,
  socketsPerUser: 0,
  socketsPerAddress: 0,
};

/** A bus that loses a third of the wake-ups, repeats a third, and delays some so that they arrive in another order. */
function faulty(bus: Bus): Bus {
  return {
    ...bus,
    onWake: (wake) =>
      bus.onWake((channel, seq) => {
        const fate = random.int(3);
        if (fate === 0) return;
        wake(channel, seq);
        if (fate === 1) setTimeout(() => wake(channel, Math.max(1, seq - random.int(5))), random.int(50));
      }),
  };
}

/** Messages into a room, while `meanwhile` goes on. */
async function withSubscribers(
  app: TestApp,
  urls: string[],
  meanwhile: (all: ReturnType<typeof follow>[], sent: () => number) => void,
): Promise<void> {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const lesson = await school.lesson(tutor, student);
  const client = app.client(tutor.accessToken);
  const { lesson: read } = await client.data(
    'query ($id: ID!) { lesson(id: $id) { chat { eventCursor } } }',
    { id: lesson.id },
  );
  const all = Array.from({ length: 40 }, (_, n) =>
    follow({
      url: () => urls[n % urls.length] as string,
      accessToken: (n % 2 ? tutor : student).accessToken,
      roomId: lesson.id,
      after: read.chat.eventCursor,
      onEvent: () => {},
    }),
  );
  let sent = 0;
  for (; sent < 120; sent++) {
    await client.data(
      'mutation ($r: ID!, $b: String!) { sendMessage(input: { roomId: $r, body: $b }) { message { id } } }',
      { r: lesson.id, b: `message ${sent}` },
    );
    meanwhile(all, () => sent);
  }
  await eventually(
    () => all.filter(({ sequences }) => sequences.length < sent).length,
    (behind) => behind === 0,
    20_000,
  );
  for (const one of all) one.stop();
  expect(all.map(({ sequences }) => flaw(sequences, sent)).filter(Boolean)).toEqual([]);
}

describe('subscribers miss nothing, and get nothing twice or in another order', () => {
  let app: TestApp;
  let other: SecondNode;
  const config: StartAppOptions['config'] = { socketLimits };
  beforeAll(async () => {
    app = await startApp({ config, wrapBus: faulty });
    other = await startSecondNode(app, { wrapBus: faulty });
  });
  afterAll(async () => {
    await other.stop();
    await app.stop();
  });

  it('though the bus loses, repeats and reorders wake-ups, on two processes', async () => {
    await withSubscribers(app, [app.wsUrl, other.wsUrl], () => {});
  });

  it('though their sockets are cut at random all the time', async () => {
    await withSubscribers(app, [app.wsUrl, other.wsUrl], (all) => {
      random.pick(all).cut();
      random.pick(all).cut();
    });
  });
});

/** A few in the suite; `RESUMING=5000` for a whole evening's reconnects. */
const resuming = Number(process.env['RESUMING'] ?? 1_000);

it('all who resume at once, each at a cursor of its own, read the history of their channel once', async () => {
  const database = await createTestDatabase();
  const channel = `chat:${newId()}`;
  const writer = await startNode(database.url);
  const events = await writer.append(...Array.from({ length: 900 }, (_, n) => event(channel, n + 1)));
  const statements: string[] = [];
  const node = await startNode(database.url, { observe: (text) => statements.push(text) });
  const cursors = events.map(({ seq, tag }): Cursor => ({ channel, seq, tag }));
  const resume = async (n: number) => {
    // The last 250: two blocks of history.
    const after = cursors[899 - (n % 250)] as Cursor;
    const stream = node.channels.subscribe({ channel, after, userId: newId(), authorize: async () => {} });
    let last = after.seq;
    for await (const item of stream) {
      if (item.type === 'joined') break;
      // Not by `expect`, which is slow half a million times.
      if (item.cursor.seq !== last + 1) throw new Error(`${item.cursor.seq} came after ${last}`);
      last = item.cursor.seq;
    }
    if (last !== 900) throw new Error(`ended at ${last}`);
  };
  const first = node.channels.subscribe({ channel, userId: newId(), authorize: async () => {} });
  await first.next();
  // As many at a time as the fan-out lets through.
  await Promise.all(
    Array.from({ length: 64 }, async (_, lane) => {
      for (let n = lane; n < resuming; n += 64) {
        await resume(n);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  );
  await first.return();
  const reads = statements.filter((text) => text.includes('FROM channel_event WHERE channel ='));
  const heads = statements.filter((text) => text.includes('FROM channel WHERE id = ANY'));
  // A block is kept for a moment only, so a slow machine reads it a few times more: never once for each.
  expect(reads.length).toBeLessThanOrEqual(20);
  expect(heads.length).toBeLessThan(1_000);
  await writer.stop();
  await node.stop();
  await database.drop();
});
