import { type Peer, startPeer } from './processes.js';
import { median, rounded } from './statistics.js';
import { query } from './workload.js';

const names = ['lectern', 'stock', 'raw'] as const;
type Name = (typeof names)[number];

const turns = 8;

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

  /** CPU of each for one delivery, in microseconds: they take many short turns, so that what else is at work meets all. */
  async function costs(burst: number, round: number): Promise<Record<Name, number>> {
    const spent = { lectern: 0, stock: 0, raw: 0 };
    const sent = { lectern: 0, stock: 0, raw: 0 };
    for (let turn = 0; turn < turns; turn++) {
      for (let place = 0; place < names.length; place++) {
        const name = names[(place + turn + round) % names.length] as Name;
        const one = running[name];
        // What costs a tenth is measured over more, or it is told with a tenth of the certainty.
        const count = ((name === 'stock' ? 1 : 4) * events) / turns;
        const cpu = async () => (await one.server.ask<{ cpu: { micros: number } }>({ do: 'cpu' })).cpu.micros;
        // The other two had the caches of the processor.
        for (let n = 0; n < (burst === 1 ? 2 : 1); n++) await emit(one, burst);
        const before = await cpu();
        for (let n = 0; n < count; n += burst, sent[name] += burst) await emit(one, burst);
        spent[name] += (await cpu()) - before;
      }
    }
    const each = (name: Name) => rounded(spent[name] / (sent[name] * subscribers));
    return { lectern: each('lectern'), stock: each('stock'), raw: each('raw') };
  }

  const single = { lectern: [], stock: [], raw: [] } as Record<Name, number[]>;
  const bursts = { lectern: [], stock: [], raw: [] } as Record<Name, number[]>;
  // Until then it is the compiler of JavaScript that is measured.
  for (const burst of [1, 8]) await costs(burst, 0);
  for (let round = 0; round < rounds; round++) {
    const [one, eight] = [await costs(1, round), await costs(8, round)];
    for (const name of names) {
      single[name].push(one[name]);
      bursts[name].push(eight[name]);
    }
    const latest = names.map((name) => `${name} ${one[name]} / ${eight[name]}`);
    console.log(
      `fan-out ${round + 1}/${rounds}: µs per delivery, single / bursts of 8: ${latest.join(', ')}`,
    );
  }
  for (const { server } of Object.values(running)) server.stop();
  clients.stop();
  return { subscribers, events, single, bursts };
}

/** The ratios that the targets are about: medians of the rounds, in each of which all take their turns. */
export function fanOutRatios({ single, bursts }: FanOutFigures) {
  return {
    lecternOverStock: over(single.lectern, single.stock),
    lecternOverRaw: over(single.lectern, single.raw),
    rawUncoalescedOverLecternInBursts: over(bursts.raw, bursts.lectern),
  };
}

function over(some: readonly number[], others: readonly number[]): number {
  return rounded(median(some.map((cost, round) => cost / (others[round] ?? Number.NaN))));
}
