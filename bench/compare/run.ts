/**
 * Measures Lectern beside other GraphQL servers of Node on one embedded PostgreSQL: `npm run compare`. All servers run at
 * once, and one is asked at a time, by turns; the figures go to docs/performance.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokenSigner } from '../../src/modules/accounts/access-tokens.js';
import { startBenchPostgres } from '../queue/postgres.js';
import { requireSame } from './answers.js';
import { contenders as all } from './contenders.js';
import { prepareData, writeMemory } from './data.js';
import { askOnce, type Measuring, measure, median, type Series, startLoad } from './measure.js';
import type { Operation } from './operations.js';
import { readOptions } from './options.js';
import { hottest, sharesOf } from './profile.js';
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
// Before anything is measured: it fails where packages are missing.
const machine = await machineOf(node);
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

const leadInSeconds = 0.3;
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
    const { parts } = options;
    const series = parts.has('turns') ? await takeTurns(servers, operation) : [];
    const told =
      operation.source === 'memory' || !parts.has('statements')
        ? []
        : await readStatements(measuring, servers, operation, { logFile: postgres.logFile, placeOf });
    const profiles = parts.has('profiles') ? await takeProfiles(servers, operation) : [];
    return { series, told, profiles };
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** V8 compiles what runs often: a server is measured when it has answered some thousands, or for some time. */
async function warmUp(server: Server, operation: Operation): Promise<void> {
  const { requests, seconds } = options.warmUp;
  const end = performance.now() + seconds * 1_000;
  for (let answered = 0; answered < requests && performance.now() < end; ) {
    const given = { place: placeOf(server), connections: 64, seconds: 0.5 };
    answered += (await measure(measuring, server, operation, given)).operations;
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
  for (const server of servers) await warmUp(server, operation);
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    for (const connections of options.connections) {
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(turn + repeat) % servers.length] as Server;
        const given = { place: placeOf(server), connections, seconds: options.seconds };
        // Pools close what was idle for ten seconds: when it counts, connections to the database are open again.
        if (operation.source === 'database')
          await measure(measuring, server, operation, { ...given, seconds: leadInSeconds });
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
    if (!options.parts.has('turns')) await warmUp(server, operation);
    const profile = await server.profile(() => measure(measuring, server, operation, given));
    const shares = sharesOf(profile);
    if (!options.write) console.log(server.contender.name, hottest(profile, 25));
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
  const settings = await postgres.settings();
  for (const operation of options.operations) {
    const measured = await measureOperation(operation);
    const { seconds, repeats } = options;
    const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
    const run = { date: new Date().toISOString(), load, seconds, repeats, machine, postgres: settings };
    // One by one: what was measured is not lost when a later one fails.
    if (options.write) await saveResults(operation.name, { run, ...measured });
    else printDetails(measured.told, measured.profiles);
  }
  if (options.write) await writeReport();
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
