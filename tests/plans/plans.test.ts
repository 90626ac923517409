import { writeFileSync } from 'node:fs';
import { fillDatabase } from '../../scripts/fill/fill.js';
import { shapeOf } from '../../scripts/fill/shape.js';
import { complaintAbout } from '../../scripts/plans/plan-rules.js';
import type { SeenStatement } from '../../scripts/plans/statement-log.js';
import { createTestDatabase, execute, type TestDatabase } from '../testkit/test-database.js';
import { exceptions, unusedIndexes } from './exceptions.js';
import { notInStory, storeFunctions, watchCalls } from './store-functions.js';
import { tellStory } from './story.js';

/** `npm run test:plans` asks for a million of everything. */
const rows = Number(process.env['PLAN_ROWS'] ?? 100_000);
const shape = shapeOf(rows, rows, rows > 100_000 ? rows : rows / 10);

/** A database that `npm run db:fill` has filled with so many rows, instead of one of the test's own; the story changes it. */
const filled = process.env['PLAN_DATABASE'];

const calls = watchCalls();
let database: TestDatabase;
let statements: readonly SeenStatement[] = [];
let allIndexes: readonly { name: string; rule: boolean }[] = [];

beforeAll(async () => {
  if (filled) {
    database = { url: filled, connections: async () => 0, drop: async () => {} };
  } else {
    database = await createTestDatabase();
    const progress = (line: string) => (rows > 100_000 ? process.stderr.write(`${line}\n`) : undefined);
    await fillDatabase({ databaseUrl: database.url, shape, progress });
  }
  allIndexes = await execute(
    database.url,
    `SELECT c.relname AS name, i.indisunique OR i.indisexclusion AS rule
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = 'public'::regnamespace`,
  );
  statements = await tellStory(database, shape);
  if (process.env['PLAN_DUMP']) writeFileSync(process.env['PLAN_DUMP'], JSON.stringify(statements));
}, 1_800_000);

const whole = ({ text }: SeenStatement) => text.replace(/\s+/g, ' ').trim();

it('every function with statements was called', () => {
  const called = calls();
  const missing = storeFunctions().filter((name) => !called.has(name) && !(name in notInStory));
  expect(missing).toEqual([]);
});

it('no statement reads a large table whole, or many more rows than it gives', () => {
  const complaints = statements.flatMap((statement) => {
    const exception = exceptions.find(
      ({ of, text }) => of === statement.of && (text?.test(statement.text) ?? true),
    );
    const complaint = complaintAbout(statement.worst, exception);
    return complaint ? [`${statement.of}: ${complaint}: ${whole(statement).slice(0, 1_000)}`] : [];
  });
  expect(complaints).toEqual([]);
});

it('every index is used, but for those that hold a rule', () => {
  const used = new Set(statements.flatMap(({ worst }) => worst.indexes));
  const unused = allIndexes.filter(({ name, rule }) => !rule && !used.has(name) && !(name in unusedIndexes));
  expect(unused.map(({ name }) => name)).toEqual([]);
});
