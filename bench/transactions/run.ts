/**
 * What a transaction costs beside Prisma's own: `npm run bench:transactions`. One statement, three statements, and the
 * statement without a transaction, one at a time on a connection each, by turns in one process.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFoundation } from '../../src/app/foundation.js';
import { readConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { median } from '../interleaved.js';

const rounds = Number(process.env['ROUNDS'] ?? 40);
const perRound = 200;
const dataDir = await mkdtemp(join(tmpdir(), 'lectern-bench-'));
const foundation = await openFoundation(
  readConfig({ LECTERN_DATA_DIR: dataDir, DEMO_DATA: 'false' }),
  createLogger({ level: 'silent', pretty: false }),
);
const { database } = foundation;
await database.sql('CREATE TABLE counted (id int PRIMARY KEY, n int NOT NULL)');
await database.sql('INSERT INTO counted VALUES (1, 0)');
const text = 'UPDATE counted SET n = n + $1::int WHERE id = $2::int RETURNING n';

const contenders: Readonly<Record<string, () => Promise<unknown>>> = {
  'Prisma, one statement': () => database.prisma.$transaction((tx) => tx.$queryRawUnsafe(text, 1, 1)),
  'Lectern, one statement': () => database.transaction((tx) => tx.sql(text, 1, 1)),
  'Prisma, three statements': () =>
    database.prisma.$transaction(async (tx) => {
      for (let n = 0; n < 3; n++) await tx.$queryRawUnsafe(text, 1, 1);
    }),
  'Lectern, three statements': () =>
    database.transaction(async (tx) => {
      for (let n = 0; n < 3; n++) await tx.sql(text, 1, 1);
    }),
  'Lectern, one statement without a transaction': () => database.sql(text, 1, 1),
};

interface Cost {
  readonly cpu: number;
  readonly elapsed: number;
}
async function measure(act: () => Promise<unknown>): Promise<Cost> {
  const start = performance.now();
  const before = process.cpuUsage();
  for (let n = 0; n < perRound; n++) await act();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / perRound, elapsed: ((performance.now() - start) / perRound) * 1_000 };
}

const costs = new Map(Object.keys(contenders).map((name) => [name, [] as Cost[]]));
// The first rounds warm up.
for (let round = -5; round < rounds; round++) {
  for (const [name, act] of Object.entries(contenders)) {
    const cost = await measure(act);
    if (round >= 0) costs.get(name)?.push(cost);
  }
}
console.log(`Node.js ${process.versions.node}, medians of ${rounds} rounds of ${perRound}, µs each\n`);
console.log('| | CPU of Node.js | from call to answer |\n|---|---|---|');
for (const [name, all] of costs) {
  const of = (what: keyof Cost) => median(all.map((cost) => cost[what])).toFixed(0);
  console.log(`| ${name} | ${of('cpu')} | ${of('elapsed')} |`);
}
await foundation.stop();
await rm(dataDir, { recursive: true, force: true });
