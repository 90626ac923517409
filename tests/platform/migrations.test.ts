import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { createLogger } from '../../src/platform/logger.js';
import { applyMigrations, pendingMigrations } from '../../src/platform/migrations/index.js';
import { diffSchemas } from '../../src/platform/migrations/schema-diff.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const logger = createLogger({ level: 'silent', pretty: false });
const FIRST = '20260101000000_first';
const SECOND = '20260102000000_second';

let folder: string;
let server: EmbeddedPostgres;
let databases = 0;
let databaseUrl: string;
let migrationsDir: string;

async function query(sql: string, url = databaseUrl): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(migrationsDir, name), { recursive: true });
  await writeFile(join(migrationsDir, name, 'migration.sql'), sql);
}

const apply = () => applyMigrations({ databaseUrl, migrationsDir, logger });
const pending = () => pendingMigrations({ databaseUrl, migrationsDir });

async function eventually(sql: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await query(sql)).length === 0) {
    if (Date.now() > deadline) throw new Error(`never came true: ${sql}`);
    await pause(20);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-migrations-'));
  server = await startEmbeddedPostgres({ dataDir: folder, logger, settings: { fsync: 'off' } });
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  databases += 1;
  await query(`CREATE DATABASE d${databases}`, server.url);
  databaseUrl = server.url.replace(/lectern$/, `d${databases}`);
  migrationsDir = join(folder, `migrations-${databases}`);
  await write(FIRST, 'CREATE TABLE lesson (id int PRIMARY KEY);');
  await write(SECOND, 'ALTER TABLE lesson ADD COLUMN title text;');
  await writeFile(join(migrationsDir, 'migration_lock.toml'), 'provider = "postgresql"\n');
});

test('pending migrations are applied in order', async () => {
  expect(await apply()).toEqual([FIRST, SECOND]);
  await query("INSERT INTO lesson (id, title) VALUES (1, 'Algebra')");
});

test('the history is that of Prisma', async () => {
  await apply();
  const rows = await query(`SELECT migration_name, length(checksum) AS checksum, applied_steps_count AS steps,
    finished_at >= started_at AS finished, logs, rolled_back_at FROM _prisma_migrations ORDER BY started_at`);
  const row = { checksum: 64, steps: 1, finished: true, logs: null, rolled_back_at: null };
  expect(rows).toEqual([
    { migration_name: FIRST, ...row },
    { migration_name: SECOND, ...row },
  ]);
});

test('nothing is applied twice', async () => {
  await apply();
  expect(await apply()).toEqual([]);
});

test('a migration that came later is applied alone', async () => {
  await apply();
  await write('20260103000000_third', 'CREATE TABLE room (id int)');
  expect(await apply()).toEqual(['20260103000000_third']);
});

test('of several that apply at once one does', async () => {
  const applied = await Promise.all([apply(), apply(), apply()]);
  expect(applied.flat()).toEqual([FIRST, SECOND]);
});

test('what is pending is told before and after', async () => {
  expect(await pending()).toEqual([FIRST, SECOND]);
  await apply();
  expect(await pending()).toEqual([]);
});

test('semicolons inside strings, comments and functions do not end a statement', async () => {
  const body = 'BEGIN RETURN 1; END';
  await write(SECOND, `-- one; two\nCREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ ${body} $$;`);
  await apply();
  expect(await query('SELECT one()')).toEqual([{ one: 1 }]);
});

test('an index may be built concurrently', async () => {
  await write(SECOND, 'CREATE INDEX CONCURRENTLY lesson_idx ON lesson (id);');
  expect(await apply()).toEqual([FIRST, SECOND]);
});

test('a migration that fails is named with the words of the database, and leaves nothing', async () => {
  await write(SECOND, 'CREATE TABLE room (id int); CREATE TABLE lesson (id int);');
  await expect(apply()).rejects.toThrow(
    `The migration ${SECOND} failed: ERROR: relation "lesson" already exists`,
  );
  expect(await query("SELECT to_regclass('room') AS room")).toEqual([{ room: null }]);
});

test('a migration that failed stops the next run until it is resolved', async () => {
  await write(SECOND, 'CREATE TABLE lesson (id int);');
  await expect(apply()).rejects.toThrow('already exists');
  await write(SECOND, 'CREATE TABLE room (id int);');

  await expect(apply()).rejects.toThrow(
    `The migration ${SECOND} failed before: ERROR: relation "lesson" already exists`,
  );
  expect(await pending()).toEqual([SECOND]);

  await query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${SECOND}'`);
  expect(await apply()).toEqual([SECOND]);
});

test('a migration that was edited after it had been applied is named', async () => {
  await apply();
  await write(FIRST, 'CREATE TABLE lesson (id bigint PRIMARY KEY);');
  await expect(apply()).rejects.toThrow(`${FIRST} was edited after it had been applied`);
});

test('other line endings are no edit', async () => {
  await write(FIRST, 'CREATE TABLE lesson (\n  id int\n);\n');
  await apply();
  await write(FIRST, 'CREATE TABLE lesson (\r\n  id int\r\n);\r\n');
  expect(await apply()).toEqual([]);
});

test('a migration that is missing here is named', async () => {
  await apply();
  await rm(join(migrationsDir, SECOND), { recursive: true });
  await expect(apply()).rejects.toThrow(`The database has the migration ${SECOND}, which is not in`);
});

test('a migration whose process is killed is finished or applied again', async () => {
  await write(SECOND, 'SELECT pg_advisory_xact_lock(7); CREATE TABLE room (id int);');
  const gate = new Client({ connectionString: databaseUrl });
  await gate.connect();
  await gate.query('SELECT pg_advisory_lock(7)');
  const runner = spawn(
    process.execPath,
    ['--import', 'tsx', join(root, 'tests/platform/migrations-runner.ts'), databaseUrl, migrationsDir],
    { cwd: root, env: { ...process.env, NODE_OPTIONS: '' }, stdio: 'inherit' },
  );
  const killed = once(runner, 'exit');
  await eventually("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
  runner.kill('SIGKILL');
  await killed;

  const next = apply();
  // The script still runs in the server: the next run must wait for its outcome.
  await eventually("SELECT FROM pg_stat_activity WHERE query ~ '^UPDATE' AND wait_event_type = 'Lock'");
  await gate.end();

  await next;
  expect(await pending()).toEqual([]);
  expect(await query('SELECT id FROM room')).toEqual([]);
});

test('the present migrations of the project apply to an empty database', async () => {
  migrationsDir = join(root, 'prisma/migrations');
  expect((await apply()).length).toBeGreaterThan(0);
  expect(await pending()).toEqual([]);
});

const schema = (body: string) => [
  { path: 'a.prisma', content: `datasource db {\n  provider = "postgresql"\n}\n${body}` },
];
const LESSON = 'model lesson {\n  id Int @id\n}\n';

test('the difference of two schemas is the SQL between them', async () => {
  const sql = await diffSchemas(schema(LESSON), schema(LESSON.replace('}', '  title String\n}')));
  expect(sql).toContain('ALTER TABLE "lesson" ADD COLUMN     "title" TEXT NOT NULL');
});

test('a first schema is compared with an empty database', async () => {
  expect(await diffSchemas([], schema(LESSON))).toMatch(/^-- CreateTable\nCREATE TABLE "lesson"/);
});

test('equal schemas have no difference', async () => {
  expect(await diffSchemas(schema(LESSON), schema(LESSON))).toBeUndefined();
});
