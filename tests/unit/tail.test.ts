import type { ChannelEvent } from '../../src/channels/events.js';
import { Tail } from '../../src/channels/tail.js';

/** Timers that can be refreshed, which those of node:test cannot in Node.js 20, and a time that goes on when told. */
const real = { setTimeout, clearTimeout };
let now = 0;
let timers: { at: number; readonly act: () => void; handle?: unknown }[] = [];

beforeEach(() => {
  now = 0;
  timers = [];
  globalThis.setTimeout = ((act: () => void, milliseconds: number) => {
    const timer: (typeof timers)[number] = { at: now + milliseconds, act };
    timers.push(timer);
    timer.handle = {
      unref() {
        return this;
      },
      refresh() {
        timer.at = now + milliseconds;
      },
    };
    return timer.handle;
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((timer: unknown) => {
    timers = timers.filter(({ handle }) => handle !== timer);
  }) as typeof clearTimeout;
});
afterEach(() => {
  Object.assign(globalThis, real);
});

function pass(milliseconds: number): void {
  now += milliseconds;
  const due = timers.filter(({ at }) => at <= now);
  timers = timers.filter(({ at }) => at > now);
  for (const { act } of due) act();
}

/** A tail that has come to event 500 and has none of them, and what it reads. */
function farTail() {
  const reads: number[] = [];
  const event = (seq: number) => ({ channel: 'chat:1', seq, tag: `${seq}` }) as ChannelEvent;
  const tail = new Tail('chat:1', {
    read: async (_channel, from, limit) => {
      reads.push(from);
      return Array.from({ length: Math.min(limit, 501 - from) }, (_, n) => event(from + n));
    },
    failed() {},
  });
  tail.begin({ seq: 500, tag: '500' });
  return { tail, reads };
}

it('reads a block of history once for all who ask within ten seconds of each other', async () => {
  const { tail, reads } = farTail();
  for (const seq of [1, 150, 3]) {
    expect((await tail.from(seq))[0]?.seq).toBe(seq);
    pass(9_000);
  }
  expect(reads).toEqual([1]);
  pass(1_000);
  // Nothing holds the events any more.
  expect(timers).toEqual([]);
  await tail.from(1);
  expect(reads).toEqual([1, 1]);
});

it('reads it again after thirty seconds, however many have asked', async () => {
  const { tail, reads } = farTail();
  for (let seconds = 0; seconds < 30; seconds += 5) {
    await tail.from(201);
    pass(5_000);
  }
  expect(reads).toEqual([201]);
  await tail.from(201);
  expect(reads).toEqual([201, 201]);
});
