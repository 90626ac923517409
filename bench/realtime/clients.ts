/** The clients, in a process of their own: many sockets that subscribe and count. Commands come over IPC. */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

export interface Open {
  readonly do: 'open';
  readonly url: string;
  readonly count: number;
  readonly query: string;
  /** Variables of the first socket, of the second, and so on, again and again. */
  readonly variables: readonly object[];
  /** Tokens in the same way. */
  readonly tokens: readonly string[];
}

/** Reports when the last of all sockets of this URL has received `total` messages after the first. */
export interface Await {
  readonly do: 'await';
  readonly url: string;
  readonly total: number;
}

interface Crowd {
  size: number;
  received: number;
  wanted: number;
  /** When the last socket received the n-th message, in milliseconds of this process. */
  readonly arrivals: { count: number; at: number }[];
}

const crowds = new Map<string, Crowd>();

function crowdOf(url: string): Crowd {
  const crowd = crowds.get(url) ?? { size: 0, received: 0, wanted: Number.POSITIVE_INFINITY, arrivals: [] };
  crowds.set(url, crowd);
  return crowd;
}

function look(crowd: Crowd): void {
  if (crowd.received < crowd.wanted) return;
  crowd.wanted = Number.POSITIVE_INFINITY;
  process.send?.({ received: crowd.received });
}

function open(crowd: Crowd, { url, query }: Open, token: string, variables: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    // As graphql-ws makes them: no two clients have the same.
    const id = randomUUID();
    let nexts = -1;
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { accessToken: token } })),
    );
    socket.on('error', reject);
    socket.on('close', (code, reason) => reject(new Error(`${url} closed ${code} ${reason}`)));
    socket.on('message', (data: Buffer) => {
      if (data.includes('"type":"connection_ack"')) {
        const payload = { query, variables };
        socket.send(JSON.stringify({ id, type: 'subscribe', payload }));
      } else if (!data.includes('"type":"next"')) reject(new Error(String(data)));
      else if (++nexts === 0) resolve();
      else {
        crowd.received++;
        const arrival = crowd.arrivals[nexts] ?? { count: 0, at: 0 };
        crowd.arrivals[nexts] = arrival;
        arrival.count++;
        arrival.at = performance.timeOrigin + performance.now();
        look(crowd);
      }
    });
  });
}

process.on('message', async (command: Open | Await | { do: 'arrivals'; url: string }) => {
  const crowd = crowdOf(command.url);
  if (command.do === 'await') {
    crowd.wanted = command.total;
    look(crowd);
  } else if (command.do === 'arrivals') {
    process.send?.({
      arrivals: crowd.arrivals.filter((one) => one?.count === crowd.size).map(({ at }) => at),
    });
  } else {
    const { tokens, variables, count } = command;
    try {
      for (let from = 0; from < count; from += 50) {
        const batch = Array.from({ length: Math.min(50, count - from) }, (_, n) => crowd.size + from + n);
        await Promise.all(
          batch.map((n) =>
            open(
              crowd,
              command,
              tokens[n % tokens.length] as string,
              variables[n % variables.length] as object,
            ),
          ),
        );
      }
    } catch (error) {
      console.error('clients:', error);
      process.exit(1);
    }
    crowd.size += count;
    process.send?.({ opened: crowd.size });
  }
});
process.on('disconnect', () => process.exit());
