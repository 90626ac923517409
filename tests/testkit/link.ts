import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../../src/platform/embedded-postgres/port.js';

/** A way to a server that a test can cut, freeze, slow down and mend. */
export interface Link {
  readonly port: number;
  /** Ends every connection; new ones are refused. */
  cut(): Promise<void>;
  /** Nothing goes through any more in either direction; new connections are taken, and stay silent as well. */
  freeze(): void;
  /** Everything takes this much longer in each direction, from now on. */
  delay(milliseconds: number): void;
  /**
   * The next time a client says this text on any connection, the server hears it, and what the server answers is lost
   * with the connection. Resolves when that has happened.
   */
  swallowAnswerTo(text: string): Promise<void>;
  /** New connections go to this port of this machine; those that are open stay where they are. */
  aim(to: number): void;
  /** As at the beginning. What was frozen goes on. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** An answer that is to be lost. */
interface Swallow {
  readonly text: string;
  readonly done: () => void;
}

/** Opens a way to the port of this machine. */
export async function openLink(to: number): Promise<Link> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const swallows = new Set<Swallow>();
  let target = to;
  let frozen = false;
  let delayMs = 0;

  const pass = (chunk: Buffer, onwards: Socket) => {
    if (delayMs > 0) setTimeout(() => onwards.writable && onwards.write(chunk), delayMs);
    else onwards.write(chunk);
  };
  const server = createServer((from) => {
    const onwards = connect(target, '127.0.0.1');
    const pair = [from, onwards] as const;
    pairs.add(pair);
    let lost: Swallow | undefined;
    from.on('data', (chunk) => {
      for (const swallow of swallows) {
        if (!chunk.includes(swallow.text)) continue;
        swallows.delete(swallow);
        lost = swallow;
      }
      pass(chunk, onwards);
    });
    onwards.on('data', (chunk) => {
      if (!lost) {
        pass(chunk, from);
        return;
      }
      from.destroy();
      onwards.destroy();
      lost.done();
    });
    for (const [one, other] of [pair, [onwards, from] as const]) {
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
  // None that an outgoing connection may take while this way is cut.
  const port = await freePort();
  await listen(port);
  return {
    port,
    cut,
    freeze() {
      frozen = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    delay(milliseconds) {
      delayMs = milliseconds;
    },
    swallowAnswerTo: (text) => new Promise((done) => swallows.add({ text, done })),
    aim(next) {
      target = next;
    },
    async mend() {
      frozen = false;
      delayMs = 0;
      swallows.clear();
      if (!server.listening) await listen(port);
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    stop: cut,
  };
}
