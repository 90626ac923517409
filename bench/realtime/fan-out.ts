import { type Peer, startPeer } from './processes.js';
import { median, rounded } from './statistics.js';
import { query } from './workload.js';

const names = ['lectern', 'stock', 'raw'] as const;
type Name = (typeof names)[number];

/** CPU of the server process for one delivery, in microseconds, of each round. */
export interface FanOutFigures {
  readonly subscribers: number;
  readonly events: number;
  readonly single: Record<Name, number[]>;
  readonly bursts: Record<Name, number[]>;
}

interface Running {
  readonly server: Peer;
  readonly url: string;
  /** Deliveries that all its clients have had. */
  total: number;
}

/** Sends events to so many subscribers of each contender in turns, and reads what they cost its process. */
export async function measureFanOut(
  subscribers: number,
  events: number,
  rounds: number,
): Promise<FanOutFigures> {
  const clients = startPeer('clients.ts');
  const running = {} as Record<Name, Running>;
  for (const name of names) {
    const server = startPeer('server.ts', [name]);
    const { port } = await server.next<{ port: number }>();
    const url = `ws://127.0.0.1:${port}/graphql`;
    running[name] = { server, url, total: 0 };
    await clients.ask({
      do: 'open',
      url,
      count: subscribers,
      query,
      variables: [{ roomId: 'all' }],
      tokens: ['t'],
    });
  }

  async function emit(one: Running, count: number): Promise<void> {
    one.total += count * subscribers;
    one.server.tell({ do: 'emit', count });
    await clients.ask({ do: 'await', url: one.url, total: one.total });
  }

  async function cost(name: Name, burst: number): Promise<number> {
    const one = running[name];
    // What costs a tenth is measured over more, or it is told with a tenth of the certainty.
    const count = name === 'stock' ? events : 4 * events;
    const cpu = async () => (await one.server.ask<{ cpu: { micros: number } }>({ do: 'cpu' })).cpu.micros;
    for (let n = 0; n < 5; n++) await emit(one, burst);
    const before = await cpu();
    for (let n = 0; n < count; n += burst) await emit(one, burst);
    return rounded(((await cpu()) - before) / (Math.ceil(count / burst) * burst * subscribers));
  }

  const single = { lectern: [], stock: [], raw: [] } as Record<Name, number[]>;
  const bursts = { lectern: [], stock: [], raw: [] } as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(place + round) % names.length] as Name;
      single[name].push(await cost(name, 1));
      bursts[name].push(await cost(name, 8));
    }
    const latest = names.map((name) => `${name} ${single[name].at(-1)} / ${bursts[name].at(-1)}`);
    console.log(
      `fan-out ${round + 1}/${rounds}: µs per delivery, single / bursts of 8: ${latest.join(', ')}`,
    );
  }
  for (const { server } of Object.values(running)) server.stop();
  clients.stop();
  return { subscribers, events, single, bursts };
}

/** The ratios that the targets are about, from the medians. */
export function fanOutRatios({ single, bursts }: FanOutFigures) {
  return {
    lecternOverStock: rounded(median(single.lectern) / median(single.stock)),
    lecternOverRaw: rounded(median(single.lectern) / median(single.raw)),
    rawUncoalescedOverLecternInBursts: rounded(median(bursts.raw) / median(bursts.lectern)),
  };
}
