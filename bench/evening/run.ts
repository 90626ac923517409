/**
 * An evening with everything that can go wrong: people write, read and book while faults happen one after the other, at
 * random. `MINUTES=20 npm run bench:evening`; SEED repeats the choice of faults. Ends with 1 when a promise was broken.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { booking, scheduleLesson } from '../../tests/api/lesson-operations.js';
import { openRealServer } from '../../tests/faults/faulty-server.js';
import { broken, createFigures } from '../../tests/faults/figures.js';
import { startLoad } from '../../tests/faults/load.js';
import { record } from '../../tests/faults/results.js';
import { sendUntilAnswered } from '../../tests/faults/retrying.js';
import { type ApiProcess, type FaultSystem, openSystem } from '../../tests/faults/system.js';
import { eventually } from '../../tests/testkit/eventually.js';
import { createRandom } from '../../tests/testkit/random.js';
import { scrape } from '../../tests/testkit/scrape.js';
import { type Evening, faults } from './faults.js';

const minutes = Number(process.env['MINUTES'] ?? 20);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const metricsPort = 20_000 + random.int(10_000);
const settings = { max_connections: '200' };

/** People who book lessons, and must be told of each once. */
async function startBookings(system: FaultSystem, url: () => string) {
  const school = await system.seed.school();
  const pairs = await Promise.all(Array.from({ length: 10 }, () => school.pair()));
  let writing = true;
  let booked = 0;
  let failures = 0;
  const book = async ({ tutor, student }: (typeof pairs)[number], lane: number) => {
    for (let n = 0; writing; n++) {
      const input = booking(student, 24 + n, { idempotencyKey: `${lane}-${n}` });
      // Fresh: an evening is longer than a token lives.
      const accessToken = await system.seed.tokenOf(tutor.uuid, tutor.sessionId);
      await sendUntilAnswered({ url, accessToken }, scheduleLesson, { input }).then(
        () => booked++,
        () => failures++,
      );
      await pause(8_000);
    }
  };
  const all = pairs.map(book);
  return {
    async settle() {
      writing = false;
      await Promise.all(all);
      const told = (sql: string) =>
        system.count(
          `SELECT count(${sql}) FROM notification WHERE organization_id = $1 AND type = 'lesson.scheduled'`,
          school.organizationId,
        );
      const unfinished = () =>
        system.count(
          'SELECT count(*) FROM notification_queue_item WHERE organization_id = $1 AND finished_at IS NULL AND run_at <= now()',
          school.organizationId,
        );
      await eventually(unfinished, (count) => count === 0, 120_000).catch(() => {});
      const [rows, sources, lessons] = await Promise.all([
        told('*'),
        told('DISTINCT (user_id, source_key)'),
        system.count('SELECT count(*) FROM lesson WHERE organization_id = $1', school.organizationId),
      ]);
      return { booked, failures, lessons, rows, sources };
    },
  };
}

/**
 * What a process holds: its heap, open files, and what keeps Node.js busy (sockets, timers, requests); the last two without
 * the sockets of subscribers, of whom each comes to one of two processes by chance.
 */
interface Sample {
  readonly heap: number;
  readonly files: number;
  readonly handles: number;
}

function watch(origin: string): { readonly samples: Sample[]; stop(): void } {
  const samples: Sample[] = [];
  const timer = setInterval(async () => {
    // All of one moment: the sockets of subscribers come and go.
    const page = await scrape(origin).catch(() => null);
    const files = page?.value('process_open_fds') ?? Number.NaN;
    const heap = page?.value('nodejs_heap_size_used_bytes') ?? Number.NaN;
    const subscribers = page?.value('active_ws_connections') || 0;
    const handles = page?.series
      .filter(({ name }) => name === 'nodejs_active_resources')
      .reduce((sum, { value }) => sum + value, 0);
    if (heap > 0 && files > 0 && handles) {
      const others = { files: files - subscribers, handles: handles - subscribers };
      samples.push({ heap: heap / 1024 / 1024, ...others });
    }
  }, 2_000);
  return { samples, stop: () => clearInterval(timer) };
}

/** The lowest of the second quarter and of the last one: what is left when garbage was collected. */
function quarters(samples: readonly Sample[], of: (sample: Sample) => number): [number, number] {
  const quarter = Math.floor(samples.length / 4);
  const lowest = (from: number, to: number) => Math.min(...samples.slice(from, to).map(of));
  return [lowest(quarter, 2 * quarter), lowest(3 * quarter, samples.length)];
}

const system = await openSystem((dataDir) => openRealServer(dataDir, settings));
const env = { WS_PING_SECONDS: '5', WS_PONG_SECONDS: '3', WS_INIT_SECONDS: '3' };
const startApi = () => system.startApi({ env });
const startWorker = () => system.startWorker();
const steady: ApiProcess = await startApi();
system.startWorker({ env: { WORKER_METRICS_PORT: String(metricsPort) } });
const evening: Evening = {
  ...{ system, steady, startApi, startWorker, cutSockets: () => load.cut() },
  other: await startApi(),
  otherWorker: startWorker(),
};
const url = () => random.pick([steady, evening.other]).url;
const load = await startLoad({ system, url, rooms: 8, subscribersPerRoom: 10, everyMs: 100 });
const bookings = await startBookings(system, url);
const watched = [
  { name: 'API', ...watch(steady.origin) },
  { name: 'worker', ...watch(`http://127.0.0.1:${metricsPort}`) },
];

const counts = new Map<string, number>();
const end = performance.now() + minutes * 60_000;
process.stdout.write(`${minutes} minutes, seed ${seed}\n`);
while (performance.now() < end) {
  await pause(3_000 + random.int(7_000));
  const fault = random.pick(faults);
  counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${fault.name}\n`);
  await fault.happen(evening);
}
// The last ones have gone and the pools have shrunk before it is counted what is held.
await pause(15_000);
for (const { stop } of watched) stop();

const figures = createFigures();
await load.settle(figures);
const { booked, failures, lessons, rows, sources } = await bookings.settle();
figures.none('bookings that failed behind a retrying client', failures);
figures.none('lessons lost or doubled', Math.abs(lessons - booked));
figures.none('notifications lost', Math.max(0, booked - sources));
figures.none('notifications doubled', Math.max(0, rows - booked));
figures.told('bookings', booked);
const mails = await readdir(join(system.dataDir, 'mail')).catch(() => []);
const ids = new Set(mails.map((name) => name.slice(name.indexOf('-') + 1)));
figures.told('mails', ids.size);
figures.told('mails that were sent again', mails.length - ids.size);
for (const { name, samples } of watched) {
  const [early, late] = quarters(samples, ({ heap }) => heap);
  figures.told(`${name}: heap in the second quarter`, early, 'MB');
  figures.bounded(`${name}: heap in the last quarter`, late, 'MB', early * 1.15 + 5);
  for (const [what, of] of [
    ['open files', ({ files }: Sample) => files],
    ['handles', ({ handles }: Sample) => handles],
  ] as const) {
    const [before, after] = quarters(samples, of);
    figures.told(`${name}: ${what} in the second quarter, at least`, before);
    figures.bounded(`${name}: ${what} in the last quarter, at least`, after, '', before + 5);
  }
}
figures.told('minutes', minutes);
for (const [name, count] of counts) figures.told(name, count);
await system.close();
await record('evening', figures.all);
for (const { name, value, unit, most } of figures.all)
  process.stdout.write(
    `${name}: ${Number(value.toFixed(1))} ${unit}${most === null ? '' : ` (at most ${most.toFixed(0)})`}\n`,
  );
const problems = broken(figures.all);
process.stdout.write(problems.length ? `BROKEN\n${problems.join('\n')}\n` : 'Every promise was kept.\n');
process.exit(problems.length ? 1 : 0);
