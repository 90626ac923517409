import { type ChildProcess, fork } from 'node:child_process';
import type { Done, Job } from './client.js';
import type { Operation, OperationName } from './operations.js';
import { postgresTime } from './postgres-time.js';
import { ask, bodiesOf, headersOf, type Place, type Server } from './servers.js';

/** One measurement of one contender. */
export interface Sample {
  readonly operations: number;
  readonly seconds: number;
  /** µs of processor time of the server for one operation, and of PostgreSQL. */
  readonly cpu: number;
  readonly postgres: number;
  /** Milliseconds until the answer. */
  readonly p50: number;
  readonly p99: number;
  /** MB in memory at the end. */
  readonly rss: number;
}

/** All measurements of one contender at one operation with so many connections. */
export interface Series {
  readonly operation: OperationName;
  readonly contender: string;
  readonly connections: number;
  readonly samples: Sample[];
}

export interface Load {
  run(job: Job): Promise<Done>;
  stop(): void;
}

/** Starts the process of the clients. */
export function startLoad(): Load {
  const child: ChildProcess = fork(new URL('client.ts', import.meta.url).pathname, [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return {
    async run(job) {
      const done = await ask<Done | { readonly error: string }>(child, job);
      if ('error' in done) throw new Error(done.error);
      return done;
    },
    stop: () => {
      child.kill('SIGKILL');
    },
  };
}

export interface Measuring {
  readonly load: Load;
  readonly place: Place;
  readonly postmaster: number;
  /** Of the viewer, fresh: it lives for 15 minutes. */
  token(): Promise<string>;
}

/** Numbers that no request has had yet. */
let numbers = 0;

/** Lets a server do an operation over and over for the time. */
export async function measure(
  { load, place, postmaster, token }: Measuring,
  { port, contender, use }: Server,
  operation: Operation,
  given: { readonly place: number; readonly connections: number; readonly seconds: number },
): Promise<Sample> {
  numbers += 1_000_000;
  const job: Job = {
    port,
    headers: headersOf(contender, place.data, await token()),
    bodies: bodiesOf(contender, operation, place.data, given.place),
    ownBody: operation.ownBody,
    connections: given.connections,
    milliseconds: given.seconds * 1_000,
    counter: numbers,
  };
  const postgresBefore = await postgresTime(postmaster);
  const before = await use();
  const done = await load.run(job).catch((error: unknown) => {
    throw new Error(`${contender.name}, ${operation.name}: ${error}`);
  });
  const after = await use();
  const postgresAfter = await postgresTime(postmaster);
  if (done.failed > 0) throw new Error(`${contender.name}, ${operation.name}: ${done.failure}`);
  return {
    operations: done.count,
    seconds: round(done.milliseconds / 1_000, 3),
    cpu: round((after.cpu - before.cpu) / done.count, 1),
    postgres: round((postgresAfter - postgresBefore) / done.count, 1),
    p50: round(done.p50, 2),
    p99: round(done.p99, 2),
    rss: Math.round(after.rss / 1024 / 1024),
  };
}

/** One request, as text. */
export async function askOnce(
  { place, token }: Measuring,
  { port, contender }: Server,
  body: string,
): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(contender, place.data, await token()) },
    body,
  });
  return response.text();
}

export const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
