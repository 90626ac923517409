/**
 * Measures many authors of one room beside bare INSERTs in one table by as many connections, on one embedded PostgreSQL:
 * `npm run rooms`. The two take turns; the numbers go to docs/performance/rooms.json.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openFoundation } from '../../src/app/foundation.js';
import { readConfig } from '../../src/config/config.js';
import { createChatService } from '../../src/modules/chats/service.js';
import { createLogger } from '../../src/platform/logger.js';
import { newId } from '../../src/shared/ids.js';
import type { Viewer } from '../../src/shared/viewer.js';
import { startBenchPostgres } from '../queue/postgres.js';

const authors = 20;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);
const seconds = Number(process.env['BENCH_SECONDS'] ?? 4);
const body = 'Квадратні рівняння: дискримінант додатний, тож коренів два. '.repeat(2);

const dataDir = await mkdtemp(join(tmpdir(), 'lectern-bench-'));
const postgres = await startBenchPostgres();
const url = await postgres.database('rooms');
const logger = createLogger({ level: 'error', pretty: false });
const config = {
  ...readConfig({
    DATABASE_URL: url,
    LECTERN_DATA_DIR: dataDir,
    JWT_SECRET: 'x'.repeat(40),
  }),
  databasePoolSize: authors,
};
const foundation = await openFoundation(config, logger);
const { database, channels } = foundation;
const chats = createChatService({
  database,
  channels,
  unreadMessageDelaySeconds: 3_600,
  onError: (error) => {
    throw error;
  },
});

/** A school with a classroom of 20. */
async function classroom(): Promise<{ viewers: Viewer[]; classroomId: string }> {
  const [organizationId, classroomId] = [newId(), newId()];
  const viewers = Array.from({ length: authors }, (): Viewer => {
    const userId = newId();
    return {
      ...{ userId, organizationId, sessionId: newId(), role: 'TUTOR', displayName: userId },
      timeZone: 'Europe/Kyiv',
      locale: 'uk',
    };
  });
  const ids = viewers.map(({ userId }) => userId);
  await database.sql(`INSERT INTO organization (id, name) VALUES ($1, 'Bench')`, organizationId);
  await database.sql(
    `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role)
     SELECT id, $1::uuid, id || '@bench.example', '', 'Author', 'TUTOR' FROM unnest($2::uuid[]) AS u (id)`,
    organizationId,
    ids,
  );
  await database.sql(
    `INSERT INTO classroom (id, organization_id, tutor_id, name) VALUES ($1, $2, $3, 'Bench')`,
    classroomId,
    organizationId,
    ids[0],
  );
  await database.sql(
    `INSERT INTO classroom_member (classroom_id, user_id, organization_id, role)
     SELECT $1::uuid, id, $2::uuid, (CASE WHEN n = 1 THEN 'TUTOR' ELSE 'MEMBER' END)::classroom_role
       FROM unnest($3::uuid[]) WITH ORDINALITY AS u (id, n)`,
    classroomId,
    organizationId,
    ids,
  );
  return { viewers, classroomId };
}

/** One round: how many a second were written, how long one took, and what a message cost each of the two, in µs of processor time. */
interface Round {
  readonly rate: number;
  readonly p99: number;
  readonly node: number;
  readonly postgres: number;
}

/** What the processes of PostgreSQL have used of the processors so far, in µs. */
async function postgresTime(): Promise<number> {
  const rows = await database.sql<{ pid: number }>('SELECT pid FROM pg_stat_activity');
  const stats = await Promise.all(
    rows.map(({ pid }) => readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0')),
  );
  return stats.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1_000, 0);
}

/** Lets every author write again and again for the time. */
async function rush(write: (author: number) => Promise<unknown>): Promise<Round> {
  const times: number[] = [];
  const [nodeBefore, postgresBefore] = [process.cpuUsage(), await postgresTime()];
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  await Promise.all(
    Array.from({ length: authors }, async (_, author) => {
      while (performance.now() < end) {
        const start = performance.now();
        await write(author);
        times.push(performance.now() - start);
      }
    }),
  );
  const rate = (times.length * 1_000) / (performance.now() - begin);
  const { user, system } = process.cpuUsage(nodeBefore);
  return {
    rate,
    p99: times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN,
    node: (user + system) / times.length,
    postgres: ((await postgresTime()) - postgresBefore) / times.length,
  };
}

const connections = await Promise.all(
  Array.from({ length: authors }, async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  }),
);
await connections[0]?.query(
  `CREATE TABLE bare (id uuid PRIMARY KEY, room_id uuid NOT NULL, author_id uuid NOT NULL, body text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now())`,
);

const { viewers, classroomId } = await classroom();
const contenders = {
  bare: (author: number) =>
    connections[author]?.query({
      name: 'bare',
      text: 'INSERT INTO bare (id, room_id, author_id, body) VALUES ($1, $2, $3, $4)',
      values: [newId(), classroomId, viewers[author]?.userId, body],
    }) as Promise<unknown>,
  lectern: (author: number) =>
    chats.sendMessage(
      viewers[author] as Viewer,
      { kind: 'classroom', id: classroomId },
      { body, clientMessageId: newId(), replyToId: null, mentionIds: [] },
    ),
};
type Name = keyof typeof contenders;

const measured: Record<Name, Round[]> = { bare: [], lectern: [] };
for (let round = 0; round <= rounds; round++) {
  const order: Name[] = round % 2 === 0 ? ['bare', 'lectern'] : ['lectern', 'bare'];
  for (const name of order) {
    const result = await rush(contenders[name]);
    // The first round warms up plans and files.
    if (round > 0) measured[name].push(result);
  }
}

const [check] = await database.sql<{ last: number; messages: number; dense: boolean }>(
  `SELECT c.last_seq::int AS last, count(*)::int AS messages, max(m.sequence) = count(*) AS dense
     FROM channel c JOIN chat_message m ON c.id = 'chat:' || m.room_id WHERE m.room_id = $1::uuid GROUP BY c.last_seq`,
  classroomId,
);
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const ratios = measured.lectern.map(({ rate }, index) => rate / (measured.bare[index]?.rate ?? Number.NaN));
const summary = (name: Name) => ({
  rates: measured[name].map(({ rate }) => Math.round(rate)),
  rate: Math.round(median(measured[name].map(({ rate }) => rate))),
  nodeMicroseconds: Math.round(median(measured[name].map(({ node }) => node))),
  postgresMicroseconds: Math.round(median(measured[name].map(({ postgres }) => postgres))),
  p99Milliseconds: Math.round(median(measured[name].map(({ p99 }) => p99)) * 10) / 10,
});
const report = {
  machine: { cpus: cpus().length, model: cpus()[0]?.model, node: process.version, load: loadavg() },
  postgres: await postgres.settings(),
  authors,
  seconds,
  bare: summary('bare'),
  lectern: summary('lectern'),
  ratio: Math.round(median(ratios) * 100) / 100,
  ratios: ratios.map((ratio) => Math.round(ratio * 100) / 100),
  sequence: check,
};
console.log(JSON.stringify(report, null, 2));
if (check?.last !== check?.messages || !check?.dense) throw new Error('the sequence has gaps');
if (!process.env['BENCH_DRY'])
  await writeFile(
    new URL('../../docs/performance/rooms.json', import.meta.url),
    `${JSON.stringify(report, null, 2)}\n`,
  );

await Promise.all(connections.map((client) => client.end()));
await foundation.stop();
await postgres.drop('rooms');
await postgres.stop();
await rm(dataDir, { recursive: true, force: true });
