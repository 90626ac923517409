import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that a test can cut, freeze and mend. */
export interface Link {
  readonly port: number;
  /** Ends every connection; new ones are refused. */
  cut(): Promise<void>;
  /** Nothing goes through any more in either direction; new connections are taken, and stay silent as well. */
  freeze(): void;
  /** As at the beginning. What was frozen goes on. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens a way to the port of this machine. */
export async function openLink(to: number): Promise<Link> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let frozen = false;
  const server = createServer((from) => {
    const onwards = connect(to, '127.0.0.1');
    const pair = [from, onwards] as const;
    pairs.add(pair);
    for (const [one, other] of [pair, [onwards, from] as const]) {
      one.on('data', (chunk) => other.write(chunk));
      one.on('error', () => {});
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
      if (frozen) one.pause();
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = async () => {
    const closed = server.listening ? once(server, 'close') : Promise.resolve();
    server.close();
    for (const [from, onwards] of pairs) {
      from.destroy();
      onwards.destroy();
    }
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    cut,
    freeze() {
      frozen = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    async mend() {
      frozen = false;
      if (!server.listening) await listen(port);
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    stop: cut,
  };
}
