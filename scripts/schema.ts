import { readFile, writeFile } from 'node:fs/promises';
import { printSortedSchema } from '../src/graphql/schema.js';

// `npm run schema` writes schema.graphql, the sorted snapshot of what the code defines; `--check` fails on a difference.
const path = new URL('../schema.graphql', import.meta.url);
const text = printSortedSchema();

if (!process.argv.includes('--check')) {
  await writeFile(path, text);
} else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
  process.stderr.write('schema.graphql is not what the code defines: run npm run schema\n');
  process.exitCode = 1;
}
