/**
 * The load, in a process of its own: as many connections as told, each of which sends its next request when the answer to
 * the last one is there. It speaks just enough HTTP/1.1 over plain sockets, so that little of the two cores goes to it.
 */
import { connect, type Socket } from 'node:net';

/** What the runner asks for. */
export interface Job {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bodies of POST requests; every `counterMark` in one becomes a number that is new with each request. */
  readonly bodies: readonly string[];
  /** Whether each connection keeps to its own body; otherwise it goes through all of them. */
  readonly ownBody: boolean;
  readonly connections: number;
  readonly milliseconds: number;
  /** Where the numbers begin. */
  readonly counter: number;
}

/** What came of it. */
export interface Done {
  readonly count: number;
  readonly milliseconds: number;
  /** Answers that were not 200, or had errors. */
  readonly failed: number;
  /** One of these, for people. */
  readonly failure: string | null;
  /** Of the answers, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export const counterMark = '#########';

interface Prepared {
  readonly bytes: Buffer;
  /** Where the number goes. */
  readonly places: readonly number[];
}

function prepare(body: string, { headers }: Job): Prepared {
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    accept: 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}`);
  const bytes = Buffer.from(`POST /graphql HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  const places: number[] = [];
  for (let at = bytes.indexOf(counterMark); at >= 0; at = bytes.indexOf(counterMark, at + 1)) places.push(at);
  return { bytes, places };
}

const chunkedEnd = Buffer.from('\r\n0\r\n\r\n');

/** Length of the first answer in these bytes, -1 while it is not whole. */
function answerLength(bytes: Buffer): number {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return -1;
  const head = bytes.latin1Slice(0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const whole = headEnd + 4 + Number(length);
    return bytes.length < whole ? -1 : whole;
  }
  const end = bytes.indexOf(chunkedEnd, headEnd);
  return end < 0 ? -1 : end + chunkedEnd.length;
}

async function run(job: Job): Promise<Done> {
  const prepared = job.bodies.map((body) => prepare(body, job));
  const latencies: number[] = [];
  let { counter } = job;
  let failed = 0;
  let failure: string | null = null;

  const begin = performance.now();
  const end = begin + job.milliseconds;

  function drive(socket: Socket, index: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let turn = index;
      let sentAt = 0;
      let waiting: Buffer | null = null;
      const send = () => {
        const request = prepared[turn % prepared.length] as Prepared;
        if (!job.ownBody) turn++;
        if (request.places.length > 0) {
          const number = String(++counter).padStart(counterMark.length, '0');
          for (const place of request.places) request.bytes.latin1Write(number, place);
        }
        sentAt = performance.now();
        // With places it is written anew by the next one: the socket gets a copy.
        socket.write(request.places.length > 0 ? Buffer.from(request.bytes) : request.bytes);
      };
      socket.on('data', (chunk: Buffer) => {
        const bytes: Buffer = waiting ? Buffer.concat([waiting, chunk]) : chunk;
        const length = answerLength(bytes);
        if (length < 0) {
          waiting = bytes;
          return;
        }
        waiting = null;
        const now = performance.now();
        latencies.push(now - sentAt);
        if (bytes.latin1Slice(9, 12) !== '200' || bytes.includes('"errors"')) {
          failed++;
          failure ??= bytes.toString('utf8');
        }
        if (now < end) send();
        else resolve();
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the server closed a connection')));
      send();
    });
  }

  const sockets = await Promise.all(
    Array.from({ length: job.connections }, () => {
      const socket = connect({ host: '127.0.0.1', port: job.port, noDelay: true });
      return new Promise<Socket>((resolve, reject) =>
        socket.once('connect', () => resolve(socket)).once('error', reject),
      );
    }),
  );
  await Promise.all(sockets.map(drive));
  const milliseconds = performance.now() - begin;
  for (const socket of sockets) socket.removeAllListeners().destroy();
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0;
  return { count: latencies.length, milliseconds, failed, failure, p50: quantile(0.5), p99: quantile(0.99) };
}

if (process.send) {
  process.on('message', (job: Job) => {
    run(job).then(
      (done) => process.send?.(done),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
