import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { follow } from '../../realtime/subscriber.js';
import { eventually } from '../../testkit/eventually.js';
import { createGraphqlClient } from '../../testkit/graphql-client.js';
import { openLink } from '../../testkit/link.js';
import { scrape } from '../../testkit/scrape.js';
import type { Figures } from '../figures.js';
import type { ApiProcess, FaultSystem } from '../system.js';
import { message, openRoom, sendMessage } from './outages.js';

const megabyte = 1024 * 1024;

/** What the process holds in memory now, and at most so far, in megabytes. */
async function memory({ child }: ApiProcess): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
  return { now: of('VmRSS') / megabyte, peak: of('VmHWM') / megabyte };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export interface SlowSize {
  readonly clients: number;
  readonly pingSeconds: number;
  readonly pongSeconds: number;
  readonly headersSeconds: number;
  readonly goneWithinS: number;
}

const subscribe = `subscription ($roomId: ID!) { chatEvents(roomId: $roomId) {
  __typename ... on MessageSent { message { id body author { displayName } } } } }`;

/** A client that has subscribed and then reads no more, so that it answers no ping either. */
async function openDeaf(url: string, accessToken: string, roomId: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  socket.on('error', () => {});
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { accessToken } })));
  await new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data));
      const query = { query: subscribe, variables: { roomId } };
      if (type === 'connection_ack')
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: query }));
      else if (payload?.data?.chatEvents?.__typename === 'ChannelJoined') resolve();
    });
  });
  (socket as unknown as { _socket: Socket })._socket.pause();
  return socket;
}

/** In lanes, since a listening socket has room for some hundreds at a time. */
async function inLanes<T>(count: number, open: (n: number) => Promise<T>): Promise<T[]> {
  const opened: T[] = [];
  await Promise.all(
    Array.from({ length: 50 }, async (_, lane) => {
      for (let n = lane; n < count; n += 50) opened.push(await open(n));
    }),
  );
  return opened;
}

/**
 * Half of them subscribe and stop reading, a quarter is behind a line that went dead without a word, and a quarter
 * sends half a request. Others in the same room go on.
 */
export async function slowClients(system: FaultSystem, size: SlowSize, figures: Figures): Promise<void> {
  const api = await system.startApi({
    env: {
      WS_PING_SECONDS: String(size.pingSeconds),
      WS_PONG_SECONDS: String(size.pongSeconds),
      HTTP_HEADERS_SECONDS: String(size.headersSeconds),
    },
  });
  const { tutor, student, lesson, cursor } = await openRoom(system, api.url);
  const url = api.url.replace('http', 'ws');
  let arrived = 0;
  const healthy = 20;
  const others = Array.from({ length: healthy }, () =>
    follow({
      ...{ url: () => url, accessToken: student.accessToken, roomId: lesson.id, after: cursor },
      onEvent: () => arrived++,
    }),
  );
  const client = createGraphqlClient(api.url, tutor.accessToken);
  let sent = 0;
  /** Sends so many, one after the other, and gives how long each took to reach all the others. */
  const latencies = async (until: () => boolean): Promise<number[]> => {
    const times: number[] = [];
    while (!until()) {
      const start = performance.now();
      await client.data(sendMessage, message(lesson.id, `${++sent}`, 3_000));
      await eventually(
        () => arrived,
        (count) => count >= sent * healthy,
      );
      times.push(performance.now() - start);
      await pause(25);
    }
    return times;
  };
  await eventually(() => others.every(({ joined }) => joined), Boolean);
  const before = await latencies(() => sent >= 40);
  const calm = await memory(api);

  const link = await openLink(api.port);
  const deaf = await inLanes(size.clients / 2, () => openDeaf(url, student.accessToken, lesson.id));
  const dead = await inLanes(size.clients / 4, () =>
    openDeaf(`ws://127.0.0.1:${link.port}/graphql`, student.accessToken, lesson.id),
  );
  const halves = await inLanes(size.clients / 4, async () => {
    // Only who reads hears of the end.
    const socket = connect(api.port, '127.0.0.1').resume();
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write('POST /graphql HTTP/1.1\r\nhost: lectern\r\n');
    return socket;
  });
  link.freeze();
  const start = performance.now();
  const open = async () =>
    (await scrape(api.origin)).value('active_ws_connections') -
    healthy +
    halves.filter(({ closed }) => !closed).length;
  let left = Number.POSITIVE_INFINITY;
  const during = await Promise.all([
    latencies(() => left <= 0),
    eventually(
      async () => {
        left = await open();
        await pause(100);
        return left;
      },
      (count) => count <= 0,
      2 * size.goneWithinS * 1_000,
    ).finally(() => {
      left = 0;
    }),
  ]).then(([times]) => times);
  const goneAfter = (performance.now() - start) / 1_000;
  const { peak } = await memory(api);
  figures.bounded('the last of them gone after', goneAfter, 's', size.goneWithinS);
  figures.bounded('memory beyond that of before', peak - calm.now, 'MB', 64 + size.clients / 4);
  figures.told('95 of 100 messages reached the others before within', percentile(before, 0.95), 'ms');
  figures.bounded(
    'and meanwhile within',
    percentile(during, 0.95),
    'ms',
    Math.max(50, 3 * percentile(before, 0.95)),
  );
  figures.none(
    'others who were cut',
    others.reduce((sum, { connects }) => sum + connects - 1, 0),
  );
  for (const one of others) one.stop();
  for (const one of [...deaf, ...dead]) one.terminate();
  for (const one of halves) one.destroy();
  await link.stop();
  api.child.kill('SIGKILL');
  await api.ended;
}

export interface StormSize {
  readonly sockets: number;
  readonly rooms: number;
}

const missed = 5;

/** All sockets are cut, something happens meanwhile, and all come back at the same moment. */
export async function reconnects(
  system: FaultSystem,
  { sockets, rooms }: StormSize,
  figures: Figures,
): Promise<void> {
  const api = await system.startApi();
  const opened = await Promise.all(Array.from({ length: rooms }, () => openRoom(system, api.url)));
  let open = () => {};
  let gate = new Promise<void>((resolve) => (open = resolve));
  open();
  const room = (n: number) => opened[n % rooms] as (typeof opened)[number];
  const all = await inLanes(sockets, async (n) => {
    const { student, lesson, cursor } = room(n);
    const one = follow({
      url: () => api.url.replace('http', 'ws'),
      ...{ accessToken: student.accessToken, roomId: lesson.id, after: cursor, onEvent: () => {} },
      pause: () => gate,
    });
    await eventually(() => one.joined, Boolean, 60_000);
    return one;
  });
  gate = new Promise<void>((resolve) => (open = resolve));
  for (const one of all) one.cut();
  for (const { tutor, lesson } of opened)
    for (let n = 1; n <= missed; n++)
      await createGraphqlClient(api.url, tutor.accessToken).data(sendMessage, message(lesson.id, `${n}`));
  const reads = await historyReads(system);
  const start = performance.now();
  open();
  const behind = () => all.filter(({ joined, sequences }) => !joined || sequences.length < missed).length;
  await eventually(behind, (count) => count === 0, 60_000).catch(() => {});
  figures.bounded('all resumed after', (performance.now() - start) / 1_000, 's', 20);
  figures.none(
    'not resumed, or with a gap',
    all.filter(({ sequences }) => `${sequences}` !== '1,2,3,4,5').length,
  );
  const after = await historyReads(system);
  if (after !== null && reads !== null)
    figures.bounded('reads of a history, for each channel', (after - reads) / rooms, '', 1);
  for (const one of all) one.stop();
  api.child.kill('SIGKILL');
  await api.ended;
}

/** How often history was read so far; null on a server that does not count statements. */
async function historyReads(system: FaultSystem): Promise<number | null> {
  return system
    .count(
      `SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE '%FROM channel_event WHERE channel = $1 AND seq >=%'`,
    )
    .catch(() => null);
}
