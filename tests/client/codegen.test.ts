import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { schemaFacts } from '../../client/codegen/schema-facts.js';
import { typedOperations } from '../../client/codegen/typed-operations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const generated = join(root, 'client/generated/operations.ts');
const present = await readFile(join(root, 'schema.graphql'), 'utf8');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-codegen-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command; gives its exit code and what it said. */
async function check(schema: string): Promise<{ code: number; output: string }> {
  const path = join(folder, 'schema.graphql');
  await writeFile(path, schema);
  const args = ['--import', 'tsx', 'codegen.ts', '--check', '--schema', path];
  return new Promise((resolve) =>
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    ),
  );
}

it('the generated files are those that the schema gives', async () => {
  await expect(check(present)).resolves.toEqual({ code: 0, output: '' });
});

it('a schema that has changed since is noticed, and nothing is written', async () => {
  const before = await readFile(generated, 'utf8');
  const { code, output } = await check(present.replace('  ACCEPTED\n', '  ACCEPTED\n  ADDED_LATER\n'));
  expect(code).toBe(1);
  expect(output).toContain('client/generated/operations.ts is not what the schema and the operations give');
  expect(await readFile(generated, 'utf8')).toBe(before);
});

it('an operation that does not fit the schema is an error', async () => {
  const schema = buildSchema('type Query { now: String }');
  const operations = typedOperations(schema, [{ name: 'a.graphql', text: 'query Later { later }' }]);
  await expect(operations).rejects.toThrow();
});

it('a scalar that clients were not told of is an error, never any', async () => {
  const schema = buildSchema('scalar Money type Query { price: Money }');
  const operations = typedOperations(schema, [{ name: 'a.graphql', text: 'query Price { price }' }]);
  await expect(operations).rejects.toThrow('Money');
});

it('a subscription that has no `after` is one without a history', () => {
  const schema = buildSchema(`
    type Query { now: String }
    type Subscription { typing: String messages(after: String): String }
  `);
  expect(schemaFacts(schema)).toContain('ephemeralSubscriptions: readonly string[] = [\n  "typing"\n];');
});
