import { Duplex } from 'node:stream';
import { Flusher, idOnWire, Outbox } from '../../src/transport/websocket/outbox.js';

/** A server's text frame (RFC 6455, 5.2), made the plain way. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(length));
  const header = length < 126 ? [length] : length < 65_536 ? [126, ...long.subarray(6)] : [127, ...long];
  return Buffer.concat([Buffer.from([0x81, ...header]), payload]);
}

/** The connection of a client that takes bytes at once, or of one that is slow and takes them when told. */
class Wire extends Duplex {
  readonly got: Buffer[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly slow: boolean) {
    super({ writableHighWaterMark: 2 ** 24 });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const take = () => {
      this.got.push(Buffer.from(chunk));
      done();
    };
    if (this.slow) this.#waiting.push(take);
    else take();
  }

  goOn(): void {
    this.#waiting.shift()?.();
  }
}

const ids = ['a', 'b', 'cc', 'dd', 'ї', 'і', '"', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'x'.repeat(90)];
const payloads = [
  ...['1', '2', '"яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя"'],
  ...[9_000, 70_000].map((length) => JSON.stringify('z'.repeat(length))),
];

test('each socket gets its own frames, whatever was written to another before', () => {
  const random = numbers(7);
  const flusher = new Flusher({ maxWaiting: 0, onWritten: () => {} });
  const rests = payloads.map((payload) => Buffer.from(`${payload}}`));
  for (let turn = 0; turn < 120; turn++) {
    const usual = random(rests.length);
    const sockets = Array.from({ length: 8 }, () => {
      const wire = new Wire(random(8) === 0);
      const outbox = new Outbox(wire, flusher, { overflowed() {} });
      const expected: string[] = [];
      for (let left = random(6) === 0 ? 3 : 1; left > 0; left--) {
        if (random(12) === 0) {
          outbox.send('{"type":"pong"}');
          expected.push('{"type":"pong"}');
          continue;
        }
        const id = ids[random(ids.length)] as string;
        const which = random(5) === 0 ? random(rests.length) : usual;
        outbox.sendNext(idOnWire(id), rests[which] as Buffer);
        expected.push(`{"id":${JSON.stringify(id)},"type":"next","payload":${payloads[which]}}`);
      }
      return { wire, outbox, expected };
    });
    for (const { outbox } of sockets) outbox.flush();
    for (const { wire, expected } of sockets) {
      wire.goOn();
      expect(Buffer.concat(wire.got).equals(Buffer.concat(expected.map(frame)))).toBe(true);
    }
  }
});

describe('by itself', () => {
  const real = { setTimeout, now: performance.now };
  /** A time that stands still, and timers that fire when told. */
  let timers: (() => void)[] = [];
  beforeEach(() => {
    timers = [];
    performance.now = () => 1_000;
    globalThis.setTimeout = ((act: () => void) => timers.push(act)) as unknown as typeof setTimeout;
  });
  afterEach(() => {
    globalThis.setTimeout = real.setTimeout;
    performance.now = real.now;
  });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  function socket(flusher: Flusher) {
    const wire = new Wire(false);
    const outbox = new Outbox(wire, flusher, { overflowed() {} });
    const send = (payload: string) => outbox.sendNext(idOnWire('a'), Buffer.from(`${payload}}`));
    return { wire, send };
  }
  const sent = (payload: string) => frame(`{"id":"a","type":"next","payload":${payload}}`);

  test('frames go out at the end of their turn, together', async () => {
    const flusher = new Flusher({ maxWaiting: 0, onWritten: () => {} });
    const { wire, send } = socket(flusher);
    send('1');
    send('22');
    expect(wire.got).toEqual([]);
    await turn();
    expect(wire.got).toEqual([Buffer.concat([sent('1'), sent('22')])]);
    // Nothing holds what was sent.
    expect(flusher.placeOf(Buffer.from('3'))).toBe(0);
  });

  test('frames that come right after others wait for one another', async () => {
    const { wire, send } = socket(new Flusher({ maxWaiting: 0, onWritten: () => {} }));
    send('1');
    await turn();
    for (const payload of ['2', '3']) {
      send(payload);
      await turn();
    }
    expect([wire.got, timers.length]).toEqual([[sent('1')], 1]);
    timers[0]?.();
    expect(wire.got).toEqual([sent('1'), Buffer.concat([sent('2'), sent('3')])]);
  });

  test('a later payload is not taken for one of the same length that went out before', async () => {
    const { wire, send } = socket(new Flusher({ maxWaiting: 0, onWritten: () => {} }));
    send('1');
    await turn();
    send('2');
    timers[0]?.();
    expect(wire.got).toEqual([sent('1'), sent('2')]);
  });
});

/** Whole numbers below a bound, the same ones for the same seed. */
function numbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * bound);
  };
}
