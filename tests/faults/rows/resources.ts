import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { readdir, rm, statfs } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../testkit/eventually.js';
import { createGraphqlClient } from '../../testkit/graphql-client.js';
import { execute } from '../../testkit/test-database.js';
import type { Figures } from '../figures.js';
import { sendUntilAnswered } from '../retrying.js';
import type { FaultSystem } from '../system.js';
import { message, openRoom, sendMessage } from './outages.js';

/** Whether this process may mount a small disk of its own; tried once, on a folder that nobody uses. */
export const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-mount-'));
  const mounted = mountDisk(folder, 1);
  if (mounted) unmountDisk(folder);
  rmdirSync(folder);
  return mounted;
})();

/** Mounts one; false where that is not allowed. */
export function mountDisk(folder: string, megabytes: number): boolean {
  const { status } = spawnSync('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${megabytes}m,mode=0755`,
    'tmpfs',
    folder,
  ]);
  return status === 0;
}
export function unmountDisk(folder: string): void {
  spawnSync('umount', ['-l', folder]);
}

/** PostgreSQL's disk is full, and is not any more. The system's server must run on the disk in `folder`. */
export async function diskFull(system: FaultSystem, folder: string, figures: Figures): Promise<void> {
  const api = await system.startApi();
  const { tutor, lesson } = await openRoom(system, api.url);
  const client = createGraphqlClient(api.url, tutor.accessToken);
  const nth = (n: number) => message(lesson.id, `${n}`, 3_900);
  let acknowledged = 0;
  const send = () => client.send(sendMessage, nth(acknowledged + 1));
  for (; acknowledged < 5; acknowledged++) await client.data(sendMessage, nth(acknowledged + 1));

  const ballast = join(folder, 'ballast');
  const { bavail, bsize } = await statfs(folder);
  // Half a megabyte is left, which messages soon fill.
  const left = Math.max(0, bavail * bsize - 512 * 1024);
  spawnSync('fallocate', ['-l', String(left), ballast]);
  const codes: string[] = [];
  for (let n = 0; n < 3_000 && codes.length < 5; n++) {
    const { errors } = await send();
    if (errors) codes.push(...errors.map(({ extensions }) => extensions.code));
    else acknowledged++;
  }
  const live = await fetch(`${api.origin}/health/live`);
  figures.told('writes that were refused', codes.length);
  figures.none('disks that were never full', codes.length > 0 ? 0 : 1);
  figures.none(
    'other answers than SERVICE_UNAVAILABLE',
    codes.filter((code) => code !== 'SERVICE_UNAVAILABLE').length,
  );
  figures.none('not alive though it was', live.ok ? 0 : 1);

  await rm(ballast);
  const freed = performance.now();
  const wentDown = await execute(system.server.direct, 'SELECT 1').then(
    () => false,
    () => true,
  );
  await system.server.back();
  const url = () => api.url;
  await sendUntilAnswered({ url, accessToken: tutor.accessToken }, sendMessage, nth(++acknowledged));
  figures.told('times that PostgreSQL ended itself and was started again', wentDown ? 1 : 0);
  figures.bounded('well again after', performance.now() - freed, 'ms', 10_000);
  const stored = await system.count('SELECT count(*) FROM chat_message WHERE lesson_id = $1', lesson.uuid);
  const events = await system.count(
    'SELECT count(*) FROM channel_event WHERE channel = $1',
    `chat:${lesson.uuid}`,
  );
  figures.none(
    'messages lost, doubled or half written',
    Math.abs(stored - acknowledged) + Math.abs(events - acknowledged),
  );
  figures.none('restarts of the API', api.child.exitCode === null ? 0 : 1);
  api.child.kill('SIGKILL');
  await api.ended;
}

/** Files that the API may open beside those that it has; a few more if it has closed some. */
const moreFiles = 16;

/** Visitors who say nothing, and who take each file that becomes free. */
function keepFull(port: number, freeFiles: () => Promise<number>) {
  const sockets: Socket[] = [];
  /** How many files were free at the last look, if there was one. */
  const present = { free: Number.POSITIVE_INFINITY, over: false };
  const come = async () => {
    while (!present.over) {
      const free = await freeFiles();
      for (let n = 0; n < free; n++) {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        sockets.push(socket);
      }
      present.free = free;
      await pause(10);
    }
  };
  const coming = come();
  return {
    /** Resolves when none is free any more. */
    async fill() {
      present.free = Number.POSITIVE_INFINITY;
      await eventually(
        () => present.free,
        (free) => free <= 0,
      );
    },
    async leave() {
      present.over = true;
      await coming;
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** More connections than a process may have files. */
export async function filesExhausted(system: FaultSystem, figures: Figures): Promise<void> {
  const api = await system.startApi();
  const { tutor } = await openRoom(system, api.url);
  const query = '{ lessons(first: 1) { edges { cursor } } }';
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** On a connection that is open already. */
  const ask = () =>
    new Promise<{ errors?: { extensions: { code: string } }[] }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${tutor.accessToken}` };
      const asked = request(api.url, { method: 'POST', agent, headers }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(JSON.parse(text));
      });
      asked.on('error', reject);
      asked.end(JSON.stringify({ query }));
    });
  await ask();
  const files = async () => (await readdir(`/proc/${api.child.pid}/fd`)).map(Number);
  // What is limited is the number of a file, not how many there are.
  const limit = Math.max(...(await files())) + 1 + moreFiles;
  const { status } = spawnSync('prlimit', [`--pid=${api.child.pid}`, `--nofile=${limit}`]);
  if (status !== 0) throw new Error('prlimit (of util-linux) did not set the limit of open files');
  const visitors = keepFull(api.port, async () => limit - (await files()).length);
  await visitors.fill();
  // The database's side of the pool is ended, and visitors take its files, so that no new connection can be had.
  await system.server.stop();
  await visitors.fill();
  await system.server.back();
  await visitors.fill();
  const answers = await Promise.all(Array.from({ length: 5 }, ask));
  const codes = answers.flatMap(({ errors }) => errors?.map(({ extensions }) => extensions.code) ?? []);
  figures.told('requests refused for want of a file', codes.length);
  figures.none('runs in which no file was wanting', codes.length > 0 ? 0 : 1);
  figures.none(
    'other refusals than SERVICE_UNAVAILABLE',
    codes.filter((code) => code !== 'SERVICE_UNAVAILABLE').length,
  );
  figures.none('exits', api.child.exitCode === null && api.child.signalCode === null ? 0 : 1);
  await visitors.leave();
  const freed = performance.now();
  const client = createGraphqlClient(api.url, tutor.accessToken);
  await eventually(
    () => client.send(query).catch(() => null),
    (answer) => answer !== null && answer.errors === undefined,
  );
  figures.bounded('well again after', performance.now() - freed, 'ms', 2_000);
  agent.destroy();
  api.child.kill('SIGKILL');
  await api.ended;
}
