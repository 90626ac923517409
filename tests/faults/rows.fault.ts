import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultRow, faultRows } from './catalogue.js';
import { openRealServer } from './faulty-server.js';
import { broken, createFigures, type Figures } from './figures.js';
import { record } from './results.js';
import { diskFull, mountDisk, unmountDisk } from './rows/resources.js';
import { openSystem } from './system.js';

/** How often each row is run; 20 for the figures of docs/operations/faults.md. */
const repeats = Number(process.env['REPEATS'] ?? 1);
/** Only these rows, by id, when it is set. */
const wanted = process.env['ROWS']?.split(',');
const chosen = faultRows.filter(({ id }) => !wanted || wanted.includes(id));

/** Runs a row again and again, notes its figures, and fails when a promise was broken. */
async function repeated(
  row: FaultRow,
  run: (figures: Figures, repeat: number) => Promise<void>,
): Promise<void> {
  const problems: string[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const figures = createFigures();
    await run(figures, repeat);
    await record(row.id, figures.all);
    problems.push(...broken(figures.all));
  }
  expect(problems).toEqual([]);
}

/** So that reads of history can be counted. */
const settings = { fsync: 'off', shared_preload_libraries: 'pg_stat_statements', max_connections: '200' };

describe('faults', () => {
  let close = async () => {};
  let stage: Omit<Parameters<NonNullable<FaultRow['run']>>[0], 'repeat'>;
  beforeAll(async () => {
    const system = await openSystem((dataDir) => openRealServer(dataDir, settings));
    await system.database.sql('CREATE EXTENSION pg_stat_statements');
    const api = await system.startApi();
    stage = { system, api };
    close = system.close;
  });
  afterAll(() => close());

  for (const row of chosen) {
    const { run } = row;
    if (run)
      it(`${row.fault}: ${row.promise}`, () =>
        repeated(row, (figures, repeat) => run({ ...stage, repeat }, figures)));
  }
});

const disk = chosen.find(({ id }) => id === 'disk-full');
if (disk)
  it(`${disk.fault}: ${disk.promise}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lectern-disk-'));
    if (!mountDisk(folder, 200)) throw new Error('this row needs the right to mount a disk: run it as root');
    const small = { max_wal_size: '64MB', min_wal_size: '32MB' };
    const system = await openSystem(() => openRealServer(folder, small));
    try {
      await repeated(disk, (figures) => diskFull(system, folder, figures));
    } finally {
      await system.close();
      unmountDisk(folder);
      await rm(folder, { recursive: true, force: true });
    }
  });
