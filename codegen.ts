/**
 * Writes client/generated from schema.graphql and client/operations: the typed operations, and what Apollo's cache
 * and the live subscriptions have to know about the schema.
 *
 *   npm run codegen [-- --check] [--schema <file>]
 *
 * `--check` writes nothing and fails when the files differ from what would be written.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSchema, type GraphQLSchema, Kind, parse } from 'graphql';
import { documentList } from './client/codegen/document-list.js';
import { schemaFacts } from './client/codegen/schema-facts.js';
import { typedOperations } from './client/codegen/typed-operations.js';

const root = fileURLToPath(new URL('.', import.meta.url));
const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    schema: { type: 'string', default: 'schema.graphql' },
  },
});

function operationFiles() {
  const folder = join(root, 'client/operations');
  const names = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  // The order of a folder listing is the file system's own; the output must not depend on it.
  return names.sort().map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

async function generate(schema: GraphQLSchema): Promise<Map<string, string>> {
  return new Map([
    ['client/generated/operations.ts', await typedOperations(schema, operationFiles())],
    ['client/generated/schema-facts.ts', schemaFacts(schema)],
    ['src/graphql/known-operations.ts', knownOperations()],
  ]);
}

/** What the client sends, by its hash: each operation as it stands, and with the `__typename`s that Apollo's cache adds. */
async function persistedDocuments(): Promise<string> {
  const module: Record<string, unknown> = await import('./client/generated/operations.js');
  return documentList(Object.values(module));
}

/** The names that the server's metrics tell apart. */
function knownOperations(): string {
  const definitions = operationFiles().flatMap(({ text }) => parse(text).definitions);
  const names = definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.name?.value ?? []) : [],
  );
  const lines = [...new Set(names)].sort().map((name) => `  '${name}',`);
  return `/** The operations of client/operations: written by npm run codegen. */\nexport const knownOperations: readonly string[] = [\n${lines.join('\n')}\n];\n`;
}

const files = await generate(buildSchema(readFileSync(resolve(root, values.schema), 'utf8')));
function place(path: string, text: string): void {
  const target = join(root, path);
  if (existsSync(target) && readFileSync(target, 'utf8') === text) return;
  if (values.check) {
    console.error(`${path} is not what the schema and the operations give: run npm run codegen`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    console.log(`wrote ${path}`);
  }
}

for (const [path, text] of files) place(path, text);
// Of the operations as they have just been written.
place('client/generated/persisted-documents.json', await persistedDocuments());
