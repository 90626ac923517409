import { readFile, writeFile } from 'node:fs/promises';
import { faultRows } from '../tests/faults/catalogue.js';
import type { Figure } from '../tests/faults/figures.js';
import type { Result } from '../tests/faults/results.js';

// `npm run faults-doc` writes the figures of docs/operations/faults.md from the results of runs beside it, which
// `npm run faults:figures` adds to; `--check` fails on a difference.
const page = new URL('../docs/operations/faults.md', import.meta.url);
const results = new URL('../docs/operations/faults.jsonl', import.meta.url);

const lines = (await readFile(results, 'utf8')).split('\n').filter(Boolean);
const runs = lines.map((line) => JSON.parse(line) as Result);

const digits = (value: number) =>
  value !== 0 && Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(1) : value.toFixed(0);
const shown = (value: number, unit: Figure['unit']) => `${digits(value)}${unit ? ` ${unit}` : ''}`;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Figures of the same name in all runs of a row, in the order of the first run that has it. */
function figureLines(of: readonly Result[]): string[] {
  const names = [...new Set(of.flatMap(({ figures }) => figures.map(({ name }) => name)))];
  return names.map((name) => {
    const all = of.flatMap(({ figures }) => figures.filter((figure) => figure.name === name));
    const values = all.map(({ value }) => value);
    const { unit, most } = all[0] as Figure;
    // One that depends on the run itself differs from run to run.
    const bounds = new Set(all.map((figure) => figure.most));
    const promised = most === null ? '–' : bounds.size > 1 ? 'see test' : shown(most, unit);
    return `| ${name} | ${promised} | ${shown(median(values), unit)} | ${shown(Math.max(...values), unit)} |`;
  });
}

const sections = faultRows.map(({ id, fault, promise, guard }) => {
  const of = runs.filter(({ row }) => row === id);
  const head = `### ${fault[0]?.toUpperCase()}${fault.slice(1)}\n\nPromise: ${promise}.\n\n${guard}\n`;
  if (of.length === 0) return `${head}\nNot run.`;
  const table = ['| figure | promised, at most | median | most |', '|---|---|---|---|', ...figureLines(of)];
  return `${head}\n${of.length} runs:\n\n${table.join('\n')}`;
});

const evening = runs.filter(({ row }) => row === 'evening').at(-1);
const eveningLines = (evening?.figures ?? []).map(
  ({ name, value, unit, most }) =>
    `| ${name} | ${most === null ? '–' : shown(most, unit)} | ${shown(value, unit)} |`,
);
const eveningTable = evening
  ? `Run of ${evening.at.slice(0, 10)}:\n\n${['| figure | promised, at most | value |', '|---|---|---|', ...eveningLines].join('\n')}`
  : 'Not run.';

const text = await readFile(page, 'utf8');
const between = (name: string, inner: string, source: string) =>
  source.replace(
    new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- end -->)`),
    (_all, start, end) => start + inner + end,
  );
const written = between('evening', eveningTable, between('rows', sections.join('\n\n'), text));

if (!process.argv.includes('--check')) {
  await writeFile(page, written);
} else if (written !== text) {
  process.stderr.write('docs/operations/faults.md is not what the results say: run npm run faults-doc\n');
  process.exitCode = 1;
}
