import { readFile, writeFile } from 'node:fs/promises';
import { everyMetric } from '../ops/every-metric.js';

// `npm run metrics-doc` writes the table of docs/operations/metrics.md from the registry; `--check` fails on a difference.
const path = new URL('../docs/operations/metrics.md', import.meta.url);
const rows = everyMetric().map(
  ({ name, type, labels, help }) =>
    `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ') || '–'} | ${help} |`,
);
const table = ['| metric | type | labels | what |', '|---|---|---|---|', ...rows].join('\n');
const page = await readFile(path, 'utf8');
const written = page.replace(
  /(<!-- metrics -->\n)[\s\S]*?(\n<!-- end -->)/,
  (_all, start, end) => start + table + end,
);

if (!process.argv.includes('--check')) {
  await writeFile(path, written);
} else if (written !== page) {
  process.stderr.write('docs/operations/metrics.md is not what the registry says: run npm run metrics-doc\n');
  process.exitCode = 1;
}
