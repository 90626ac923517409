import type { ChannelEvent, StreamItem } from '../../src/channels/events.js';
import { Hub } from '../../src/channels/hub.js';
import { ChannelSource, ChannelStream } from '../../src/channels/stream.js';
import type { Context } from '../../src/graphql/context.js';
import { createFanOut } from '../../src/graphql/fan-out.js';
import { type Shared, type SharedResponse, Subscriber } from '../../src/graphql/subscriber.js';
import { eventually } from '../testkit/eventually.js';

const channel = 'chat:1';
const eventAt = (seq: number): ChannelEvent => ({
  ...{ channel, seq, tag: `${seq}`, kind: 'message.sent', actorId: null, payload: {} },
  occurredAt: new Date(),
});

/** A subscriber, and what it was given. */
class Ear extends Subscriber {
  readonly heard: string[] = [];
  onHeard: () => void = () => {};

  override newContext(): Context {
    throw new Error('is not asked');
  }
  override serialize(): SharedResponse {
    throw new Error('is not asked');
  }
  override deliver(response: SharedResponse): void {
    this.heard.push(String(response));
    this.onHeard();
  }
  override end(error: Error | null): void {
    this.heard.push(error?.message ?? 'end');
  }
}

/** An empty log with a fan-out over it; the items that were executed, and for whom. */
function listening() {
  const hub = new Hub({ read: async () => [], failed() {} });
  const fanOut = createFanOut({ endingsHeard: async () => {} });
  const executed: string[] = [];
  let ears = 0;

  async function join(): Promise<Ear> {
    const ear = new Ear();
    const name = `${++ears}`;
    const source = new ChannelSource(hub, {
      ...{ channel, userId: name, accessClass: 'participant', authorize: async () => {} },
      readHead: async () => ({ channel, seq: 0, tag: '0' }),
    });
    const shared: Shared = {
      ...{ key: 'the same', field: 'chatEvents' },
      async execute(item) {
        const { type, cursor } = item as StreamItem;
        const text = type === 'event' ? `event ${cursor.seq}` : type;
        executed.push(`${text} by the operation of ${name}`);
        return Buffer.from(text);
      },
    };
    fanOut.join(ear, new ChannelStream(source), shared);
    await eventually(
      () => ear.group,
      (group) => group !== null,
    );
    return ear;
  }

  const tell = async (seq: number, ear: Ear) => {
    hub.offer(eventAt(seq));
    await eventually(
      () => ear.heard,
      (heard) => heard.at(-1) === `event ${seq}`,
    );
  };
  return { hub, fanOut, executed, join, tell };
}

it('executes an event once for all who are alike, also when the first of them has left', async () => {
  const { fanOut, executed, join, tell } = listening();
  const [first, second, third] = [await join(), await join(), await join()];
  await tell(1, third);
  fanOut.leave(first);
  await tell(2, third);
  expect(first.heard).toEqual(['joined', 'event 1']);
  expect(second.heard).toEqual(['joined', 'event 1', 'event 2']);
  const events = executed.filter((text) => text.startsWith('event'));
  expect(events).toEqual(['event 1 by the operation of 1', 'event 2 by the operation of 1']);
});

it('lets go of the channel when the last has left, and not before', async () => {
  const { hub, fanOut, join } = listening();
  const ears = [await join(), await join()];
  for (const ear of ears) {
    expect(hub.size).toBe(1);
    fanOut.leave(ear);
    fanOut.leave(ear);
  }
  expect(hub.size).toBe(0);
});

it('whoever comes after the log was replaced is not put among those who hear it no more', async () => {
  const { hub, fanOut, executed, join, tell } = listening();
  const old = await join();
  hub.forget();
  const later = await join();
  await tell(1, later);
  fanOut.leave(old);
  await tell(2, later);
  expect([old.heard, later.heard]).toEqual([['joined'], ['joined', 'event 1', 'event 2']]);
  // The group of the old ones has gone, and that of the new ones has not.
  await tell(3, await join());
  expect(executed.filter((text) => text.startsWith('event 3'))).toHaveLength(1);
});

it('tells nothing to one who has left while the others were told', async () => {
  const { fanOut, join, tell } = listening();
  const [first, second, third] = [await join(), await join(), await join()];
  first.onHeard = () => fanOut.leave(second);
  await tell(1, third);
  expect(second.heard).toEqual(['joined']);
});

it('many are told as a few are, while they come and go', async () => {
  const { fanOut, executed, join, tell } = listening();
  const ears: Ear[] = [];
  for (let n = 0; n < 20; n++) ears.push(await join());
  const stayed = ears.at(-1) as Ear;
  await tell(1, stayed);
  for (const ear of ears.slice(0, 15)) fanOut.leave(ear);
  await tell(2, stayed);
  for (const [index, { heard }] of ears.entries())
    expect({ index, last: heard.at(-1) }).toEqual({ index, last: index < 15 ? 'event 1' : 'event 2' });
  expect(executed.filter((text) => text.startsWith('event'))).toHaveLength(2);
});
