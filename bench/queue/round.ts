/**
 * One measurement of one contender in a process of its own: `round.ts <contender> drain|together|apart <url> <count>`.
 * Prints its result as JSON.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { bullmq } from './bullmq.js';
import type { Contender, Session } from './contender.js';
import { graphileWorker } from './graphile-worker.js';
import { lectern } from './lectern.js';
import { pgBoss } from './pg-boss.js';

const contenders: Record<string, Contender> = {
  lectern,
  'graphile-worker': graphileWorker,
  'pg-boss': pgBoss,
  bullmq,
};

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves when the database says that everything is finished: handlers alone prove nothing. */
async function allFinished(client: pg.Client, session: Session): Promise<void> {
  while ((await client.query(session.unfinished)).rows[0].n > 0) await pause(5);
}

/** Jobs a second from the worker's start until the last one is finished in the database. */
async function drain(session: Session, client: pg.Client, count: number): Promise<number> {
  await session.fill(count);
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  const seen = new Uint8Array(count);
  let left = count;
  const started = performance.now();
  const handled = Promise.withResolvers<void>();
  const stop = await session.work((n) => {
    if (seen[n]) throw new Error(`job ${n} was handled twice`);
    seen[n] = 1;
    left -= 1;
    if (left === 0) handled.resolve();
  });
  await handled.promise;
  await allFinished(client, session);
  const seconds = (performance.now() - started) / 1_000;
  await stop();
  return count / seconds;
}

/** Microseconds since 1970, the same for all processes of the machine. */
const present = () => Math.round((performance.timeOrigin + performance.now()) * 1_000);
const warmUp = 50;

/** Enqueues one job after the other, each with the time of its call. */
async function enqueueSlowly(session: Session, count: number): Promise<void> {
  for (let n = 0; n < count + warmUp; n++) {
    await pause(15 + Math.random() * 10);
    await session.enqueue(present());
  }
}

/** Milliseconds from the call of enqueue until the handler starts, on an idle worker: here, or in a process apart. */
async function latency(session: Session, count: number, apart: boolean): Promise<number[]> {
  const samples: number[] = [];
  const all = Promise.withResolvers<void>();
  const stop = await session.work((calledAt) => {
    if (samples.push((present() - calledAt) / 1_000) === count + warmUp) all.resolve();
  });
  if (apart) {
    const args = ['--import', 'tsx', process.argv[1] as string, name, 'enqueue', url, String(count)];
    await promisify(execFile)(process.execPath, args);
  } else await enqueueSlowly(session, count);
  await all.promise;
  await stop();
  return samples.slice(warmUp);
}

const [name = '', mode = '', url = '', count = '0'] = process.argv.slice(2);
const contender = contenders[name];
if (!contender) throw new Error(`there is no contender ${name}`);
const session = await contender.open(url);
const client = new pg.Client({ connectionString: url });
await client.connect();
const run: Record<string, (count: number) => Promise<unknown>> = {
  drain: (jobs) => drain(session, client, jobs),
  together: (jobs) => latency(session, jobs, false),
  apart: (jobs) => latency(session, jobs, true),
  enqueue: (jobs) => enqueueSlowly(session, jobs),
};
process.stdout.write(JSON.stringify((await run[mode]?.(Number(count))) ?? null));
await client.end();
await session.close();
process.exit(0);
