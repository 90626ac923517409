import { spawnSync } from 'node:child_process';
import { chown, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { follow } from '../../realtime/subscriber.js';
import { eventually } from '../../testkit/eventually.js';
import { createGraphqlClient } from '../../testkit/graphql-client.js';
import type { FaultyServer, OwnServer } from '../faulty-server.js';
import type { Figures } from '../figures.js';
import type { FaultSystem } from '../system.js';
import { message, openRoom, sendMessage } from './outages.js';

function copy(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  // A server that runs removes files meanwhile; the log of the backup knows of it.
  const other = stderr.split('\n').filter((line) => line && !line.includes('No such file or directory'));
  if (status !== 0 && other.length > 0) throw new Error(`could not copy: ${other.join('\n')}`);
}

/** A base backup of a server that runs, step by step as in docs/operations/backup.md. */
export async function backUp({ direct, cluster }: OwnServer, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: direct });
  await client.connect();
  try {
    // One connection from start to stop, or the backup is aborted.
    await client.query(`SELECT pg_backup_start('drill', fast => true)`);
    copy(cluster.pgData, to);
    const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)');
    // The log again, since it must reach to the end of the backup.
    copy(`${cluster.pgData}/pg_wal/.`, join(to, 'pg_wal'));
    await rm(join(to, 'postmaster.pid'), { force: true });
    const label = join(to, 'backup_label');
    await writeFile(label, rows[0].labelfile);
    // As the other files: of the account that PostgreSQL runs under.
    const { owner } = cluster.account;
    if (owner) await chown(label, owner.uid, owner.gid);
  } finally {
    await client.end();
  }
}

/** Puts a backup in the place of the data of a server that is stopped. */
async function putBack({ cluster }: OwnServer, backup: string): Promise<void> {
  await rm(cluster.pgData, { recursive: true });
  await rename(backup, cluster.pgData);
}

let drills = 0;

/** Messages before the backup, and those after it, which the restore loses. */
const kept = 5;
const lost = 5;

/** A backup, more messages, and the restore of the backup, while clients and the API go on. */
export async function restoreDrill(
  system: FaultSystem<FaultyServer & { readonly own: OwnServer }>,
  figures: Figures,
): Promise<void> {
  const { server } = system;
  let api = await system.startApi();
  const { tutor, student, lesson, cursor } = await openRoom(system, api.url);
  const client = () => createGraphqlClient(api.url, tutor.accessToken);
  let sent = 0;
  const send = () => client().data(sendMessage, message(lesson.id, `drill ${++sent}`));
  const come = (after: string) =>
    follow({
      url: () => api.url.replace('http', 'ws'),
      ...{ accessToken: student.accessToken, roomId: lesson.id, after, onEvent: () => {}, mayReset: true },
    });
  const live = come(cursor);
  const away = come(cursor);
  const early = come(cursor);
  const has = (one: typeof live, count: number) =>
    eventually(
      () => one.sequences.length,
      (n) => n >= count,
    );
  for (let n = 0; n < kept - 2; n++) await send();
  await has(early, kept - 2);
  early.stop();
  while (sent < kept) await send();
  const backup = join(server.own.cluster.dataDir, `backup-${drills++}`);
  await backUp(server.own, backup);
  while (sent < kept + lost) await send();
  await Promise.all([has(live, sent), has(away, sent)]);
  away.stop();

  await server.stop();
  await putBack(server.own, backup);
  const start = performance.now();
  await server.back();
  const up = performance.now();
  await eventually(
    () => live.resets.length,
    (count) => count > 0,
    20_000,
  ).catch(() => {});
  figures.told('start of the restored server', up - start, 'ms');
  figures.bounded('from there to ChannelReset on open subscriptions', performance.now() - up, 'ms', 5_000);
  await eventually(() => live.joined, Boolean, 5_000).catch(() => {});
  const before = live.sequences.length;
  for (let n = 0; n < 2 * lost; n++) await send();
  await has(live, before + 2 * lost).catch(() => {});
  const later = come(away.cursor);
  await eventually(
    () => later.resets.length,
    (count) => count > 0,
  ).catch(() => {});
  const resumed = come(early.cursor);
  await has(resumed, 2 + 2 * lost).catch(() => {});
  figures.none('silence: no reset for whoever was connected', live.resets[0] === 'EPOCH_CHANGED' ? 0 : 1);
  figures.none('silence: no reset for whoever came later', later.resets[0] === 'EPOCH_CHANGED' ? 0 : 1);
  figures.none('events missed after the reset', before + 2 * lost - live.sequences.length);
  figures.none('resets of a cursor that the backup knows', resumed.resets.length);
  figures.none('events that such a one missed', 2 + 2 * lost - resumed.sequences.length);

  api.child.kill('SIGKILL');
  await api.ended;
  api = await system.startApi();
  await eventually(() => live.joined && resumed.joined, Boolean);
  figures.none('further resets', live.resets.length + later.resets.length + resumed.resets.length - 2);
  for (const one of [live, later, resumed]) one.stop();
  api.child.kill('SIGKILL');
  await api.ended;
}
