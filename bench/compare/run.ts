/**
 * Measures Lectern beside other GraphQL servers of Node on one embedded PostgreSQL: `npm run compare`. All servers run at
 * once, and one is asked at a time, by turns; the figures go to docs/performance.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokenSigner } from '../../src/modules/accounts/access-tokens.js';
import { startBenchPostgres } from '../queue/postgres.js';
import { requireSame } from './answers.js';
import { contenders as all } from './contenders.js';
import { prepareData, writeMemory } from './data.js';
import { askOnce, type Measuring, measure, median, type Series, startLoad } from './measure.js';
import type { Operation } from './operations.js';
import { readOptions } from './options.js';
import { sharesOf } from './profile.js';
import { writeReport } from './report.js';
import { machineOf, type Profile, saveResults } from './results.js';
import { bodiesOf, type Place, type Server, startServer } from './servers.js';
import { logLinePrefix, readStatements, type Told } from './statements.js';

const options = readOptions();
if (options.reportOnly) {
  await writeReport();
  process.exit();
}
const dataDir = await mkdtemp(join(tmpdir(), 'lectern-compare-'));
const secret = randomBytes(48).toString('base64url');
const node = process.env['BENCH_NODE'] ?? process.execPath;
const postgres = await startBenchPostgres({
  max_connections: '200',
  log_line_prefix: logLinePrefix,
  // It would come in the middle of somebody's measurement; what it does was done after the data was filled in.
  autovacuum: 'off',
});
const databaseUrl = await postgres.database('compare');
const data = await prepareData(databaseUrl, all.length);
const place: Place = { databaseUrl, dataDir, memoryFile: join(dataDir, 'memory.json'), secret, data, node };
await writeMemory(databaseUrl, data, place.memoryFile);

const signer = createTokenSigner({ current: secret });
const viewer = { userId: data.viewerId, sessionId: data.sessionId };
const load = startLoad();
const measuring: Measuring = {
  ...{ load, place, postmaster: postgres.pid },
  token: async () => (await signer.sign(viewer, new Date())).token,
};

const profiled: ReadonlySet<string> = new Set(['lectern', 'lectern-own', 'mercurius']);
const placeOf = ({ contender }: Server) => all.indexOf(contender);

/** Nobody is measured who gives another answer than Lectern. */
async function checkAnswers(servers: readonly Server[], operation: Operation): Promise<number> {
  const isWrite = operation.ownBody;
  let wanted: string | null = null;
  for (const server of servers) {
    const [body = ''] = bodiesOf(server.contender, operation, data, placeOf(server));
    const answer = await askOnce(measuring, server, body);
    wanted ??= answer;
    requireSame(server.contender.name, answer, wanted, isWrite);
    if (answer.includes('"errors"')) throw new Error(answer);
  }
  return Buffer.byteLength(wanted ?? '');
}

interface Measured {
  readonly series: readonly Series[];
  readonly told: readonly Told[];
  readonly profiles: readonly Profile[];
}

async function measureOperation(operation: Operation): Promise<Measured> {
  const who = options.contenders.filter(({ scripts }) => scripts[operation.source] !== undefined);
  const servers = await Promise.all(who.map((contender) => startServer(contender, operation.source, place)));
  try {
    const bytes = await checkAnswers(servers, operation);
    console.log(`\n${operation.title}\nall answers have the same data, ${bytes} bytes`);
    const told =
      operation.source === 'memory'
        ? []
        : await readStatements(measuring, servers, operation, { logFile: postgres.logFile, placeOf });
    const series = await takeTurns(servers, operation);
    return { series, told, profiles: await takeProfiles(servers, operation) };
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** One at a time; who comes first changes with each repeat. */
async function takeTurns(servers: readonly Server[], operation: Operation): Promise<Series[]> {
  const series = servers.flatMap(({ contender }) =>
    options.connections.map(
      (connections): Series => ({
        ...{ operation: operation.name, contender: contender.name, connections, samples: [] },
      }),
    ),
  );
  for (const server of servers) {
    const given = { place: placeOf(server), connections: 8, seconds: options.warmSeconds };
    await measure(measuring, server, operation, given);
  }
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    for (const connections of options.connections) {
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(turn + repeat) % servers.length] as Server;
        const given = { place: placeOf(server), connections, seconds: options.seconds };
        const sample = await measure(measuring, server, operation, given);
        series
          .find((one) => one.contender === server.contender.name && one.connections === connections)
          ?.samples.push(sample);
      }
    }
  }
  print(series);
  return series;
}

/** Where Lectern's time goes, and that of the one it is compared with. A profile costs, so it is taken at the end. */
async function takeProfiles(servers: readonly Server[], operation: Operation): Promise<Profile[]> {
  const profiles: Profile[] = [];
  for (const server of servers.filter(({ contender }) => profiled.has(contender.name))) {
    const given = { place: placeOf(server), connections: 8, seconds: options.seconds };
    const shares = sharesOf(await server.profile(() => measure(measuring, server, operation, given)));
    profiles.push({ operation: operation.name, contender: server.contender.name, shares });
  }
  return profiles;
}

function print(series: readonly Series[]): void {
  console.table(
    series.map(({ contender, connections, samples }) => {
      const of = (read: (sample: Series['samples'][number]) => number) => median(samples.map(read));
      const cpu = of((sample) => sample.cpu);
      return {
        ...{ contender, connections },
        'CPU µs/op': cpu,
        'op/CPU s': Math.round(1e6 / cpu),
        'op/s': Math.round(of(({ operations, seconds }) => operations / seconds)),
        'p50 ms': of(({ p50 }) => p50),
        'p99 ms': of(({ p99 }) => p99),
        'PostgreSQL µs/op': of((sample) => sample.postgres),
        MB: of(({ rss }) => rss),
      };
    }),
  );
}

try {
  const all: Measured[] = [];
  for (const operation of options.operations) all.push(await measureOperation(operation));
  if (options.write) {
    await saveResults({
      operations: options.operations.map(({ name }) => name),
      run: {
        date: new Date().toISOString(),
        seconds: options.seconds,
        repeats: options.repeats,
        machine: await machineOf(node),
        postgres: await postgres.settings(),
      },
      series: all.flatMap(({ series }) => series),
      told: all.flatMap(({ told }) => told),
      profiles: all.flatMap(({ profiles }) => profiles),
    });
    await writeReport();
  } else {
    for (const { told, profiles } of all) printDetails(told, profiles);
  }
} finally {
  load.stop();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

function printDetails(told: readonly Told[], profiles: readonly Profile[]): void {
  for (const { contender, rows, statements } of told)
    console.log(`${contender}${rows === null ? '' : `, ${rows} rows`}: ${statements.length} statements`);
  for (const { contender, shares } of profiles)
    console.log(
      contender,
      shares
        .slice(0, 12)
        .map(({ part, share }) => `${part} ${share}`)
        .join(' · '),
    );
}
