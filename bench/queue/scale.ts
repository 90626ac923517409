/**
 * What a worker more brings: `npm run queue:scale`. Each job waits 20 ms for a receiver, as a mail server makes one
 * wait; a worker has 8 at a time. Prints jobs a second for 1, 2, 3 and 4 worker processes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import pg from 'pg';
import { lectern } from './lectern.js';
import { startBenchPostgres } from './postgres.js';

const jobs = 3_000;
const workerFile = new URL('scale-worker.ts', import.meta.url).pathname;

/** Resolves when the worker says that it runs. */
const ready = (child: ChildProcess) =>
  new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));

const postgres = await startBenchPostgres();
const results: { workers: number; perSecond: number[] }[] = [];
for (const workers of [1, 2, 3, 4]) results.push({ workers, perSecond: [] });
for (let round = 0; round < 3; round++) {
  for (const result of results) {
    const database = `scale_${round}_${result.workers}`;
    const url = await postgres.database(database);
    const session = await lectern.open(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const children = Array.from({ length: result.workers }, () =>
      spawn(process.execPath, ['--import', 'tsx', workerFile, url], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    await Promise.all(children.map(ready));
    const from = performance.now();
    await session.fill(jobs);
    while ((await client.query(session.unfinished)).rows[0].n > 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    result.perSecond.push(Math.round(jobs / ((performance.now() - from) / 1_000)));
    for (const child of children) child.kill('SIGKILL');
    await client.end();
    await session.close();
    await postgres.drop(database);
  }
}
await postgres.stop();
console.table(results);
const docs = new URL('../../docs/performance/', import.meta.url);
const raw = { date: new Date().toISOString(), jobs, load: loadavg(), results };
await writeFile(new URL('queue-scale.json', docs), `${JSON.stringify(raw, null, 2)}\n`);
