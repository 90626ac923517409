import { readFile, writeFile } from 'node:fs/promises';
import { errorCatalogue } from '../src/shared/errors.js';

// `npm run errors-doc` writes the table of docs/api/errors.md from the catalogue; `--check` fails on a difference.
const path = new URL('../docs/api/errors.md', import.meta.url);
const rows = Object.entries(errorCatalogue).map(
  ([code, { status, detail }]) => `| \`${code}\` | ${status} | ${detail} |`,
);
const table = ['| code | HTTP status | detail |', '|---|---|---|', ...rows].join('\n');
const page = await readFile(path, 'utf8');
const written = page.replace(
  /(<!-- codes -->\n)[\s\S]*?(\n<!-- end -->)/,
  (_all, start, end) => start + table + end,
);

if (!process.argv.includes('--check')) {
  await writeFile(path, written);
} else if (written !== page) {
  process.stderr.write('docs/api/errors.md is not what the catalogue says: run npm run errors-doc\n');
  process.exitCode = 1;
}
