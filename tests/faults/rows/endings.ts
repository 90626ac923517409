import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { eventually } from '../../testkit/eventually.js';
import { openLink } from '../../testkit/link.js';
import type { Figures } from '../figures.js';
import { type Load, startLoad } from '../load.js';
import type { ApiProcess, FaultSystem } from '../system.js';

/** How much goes on while a process ends. */
export interface Size {
  readonly rooms: number;
  readonly subscribersPerRoom: number;
}

const everyMs = 15;

/** Writes on: until so many more messages were acknowledged. */
async function goOn(load: Load, messages: number): Promise<void> {
  const before = load.acknowledged();
  await eventually(load.acknowledged, (now) => now >= before + messages, 30_000);
}

/** Somebody whose line goes dead: never answers the close frame, which must not make the rest wait. */
async function openStubborn(port: number): Promise<{ dispose(): Promise<void> }> {
  const link = await openLink(port);
  const socket = new WebSocket(`ws://127.0.0.1:${link.port}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.on('error', () => {});
  link.freeze();
  return { dispose: link.stop };
}

/** Twice what is promised; what has not ended by itself then is ended, and counts as that. */
const atLastMs = 30_000;

/** Tells a process to end: how it did, and after how long. */
async function terminate({ child, ended }: ApiProcess): Promise<{ code: number | string; tookMs: number }> {
  const start = performance.now();
  child.kill('SIGTERM');
  const end = setTimeout(() => child.kill('SIGKILL'), atLastMs);
  const code = await ended;
  clearTimeout(end);
  return { code, tookMs: performance.now() - start };
}

/** SIGTERM in the middle of a busy evening; a new process takes its place. */
export async function apiTerminated(system: FaultSystem, size: Size, figures: Figures): Promise<void> {
  let api = await system.startApi();
  const load = await startLoad({ system, url: () => api.url, everyMs, ...size });
  await goOn(load, 10 * size.rooms);
  const stubborn = await openStubborn(api.port);
  // Nor must one that never sends the rest of its request.
  const half = connect(api.port, '127.0.0.1');
  half.on('error', () => {});
  half.write(
    'POST /graphql HTTP/1.1\r\nhost: lectern\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
  );
  const ended = terminate(api);
  api = await system.startApi();
  const { code, tookMs } = await ended;
  await goOn(load, 10 * size.rooms);
  figures.none('sockets that were not told (1012)', load.cutOff());
  await load.settle(figures);
  half.destroy();
  await stubborn.dispose();
  figures.bounded('from the signal to the exit', tookMs, 'ms', 15_000);
  figures.none('exits with another code than 0', code === 0 ? 0 : 1);
  api.child.kill('SIGKILL');
  await api.ended;
}

/** The process is gone from one moment to the next; another one is started. */
export async function apiKilled(system: FaultSystem, size: Size, figures: Figures): Promise<void> {
  let api = await system.startApi();
  const load = await startLoad({ system, url: () => api.url, everyMs, ...size });
  await goOn(load, 10 * size.rooms);
  api.child.kill('SIGKILL');
  await api.ended;
  const start = performance.now();
  api = await system.startApi();
  const before = load.acknowledged();
  await eventually(load.acknowledged, (now) => now > before);
  figures.told('from the kill to the next message, start included', performance.now() - start, 'ms');
  await goOn(load, 10 * size.rooms);
  await load.settle(figures);
  api.child.kill('SIGKILL');
  await api.ended;
}

/** Two columns that a new version adds: what it does first while the old version serves. */
const expand = (column: string) => [
  `ALTER TABLE chat_message ADD COLUMN ${column} text`,
  `ALTER TABLE channel_event ADD COLUMN ${column} text`,
];

let columns = 0;

/**
 * A new version is started while the old one serves. It changes the tables, is asked whether it is ready, gets the new
 * connections, and then the old one is told to end.
 */
export async function deploy(system: FaultSystem, size: Size, figures: Figures): Promise<void> {
  const old = await system.startApi();
  const balancer = await openLink(old.port);
  const address = `http://127.0.0.1:${balancer.port}/graphql`;
  const load = await startLoad({ system, url: () => address, everyMs, ...size });
  await goOn(load, 10 * size.rooms);
  for (const statement of expand(`added_${process.pid}_${columns++}`)) await system.database.sql(statement);
  await goOn(load, 5 * size.rooms);
  const fresh: ApiProcess = await system.startApi();
  await eventually(
    async () => (await fetch(`${fresh.origin}/health/ready`)).status,
    (code) => code === 200,
  );
  const stubborn = await openStubborn(old.port);
  balancer.aim(fresh.port);
  const { code, tookMs } = await terminate(old);
  figures.none('exits with another code than 0', code === 0 ? 0 : 1);
  figures.bounded('from the signal to the exit of the old version', tookMs, 'ms', 15_000);
  await goOn(load, 10 * size.rooms);
  figures.none('sockets that were not told (1012)', load.cutOff());
  await load.settle(figures);
  await Promise.all([balancer.stop(), stubborn.dispose()]);
  fresh.child.kill('SIGKILL');
  await fresh.ended;
}
