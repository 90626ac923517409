import { writeFile } from 'node:fs/promises';
import type { Result } from './measure.js';

const count = (value: number) => value.toLocaleString('en');
const milliseconds = (value: number) => value.toFixed(value < 10 ? 2 : 1);
const mebibytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;

/** Writes the tables, as Markdown. */
export async function writeReport(
  path: string,
  results: readonly Result[],
  how: { readonly processors: string; readonly command: string },
): Promise<void> {
  const names = results[0]?.figures.map(({ what }) => what) ?? [];
  const head = (first: string) =>
    `| ${first} | ${results.map(({ messages }) => count(messages)).join(' | ')} |\n|---|${results.map(() => '---:|').join('')}`;
  const figure = (result: Result, what: string) => result.figures.find((one) => one.what === what);
  const lines = names.map(
    (what) =>
      `| ${what} | ${results
        .map((result) => {
          const { median = Number.NaN, p95 = Number.NaN } = figure(result, what) ?? {};
          return `${milliseconds(median)} (${milliseconds(p95)})`;
        })
        .join(' | ')} |`,
  );
  const rows = names.map(
    (what) =>
      `| ${what} | ${results
        .map((result) => {
          const { rowsRead = 0, rowsGiven = 0 } = figure(result, what) ?? {};
          return `${count(rowsRead)} (${count(rowsGiven)})`;
        })
        .join(' | ')} |`,
  );
  const last = results.at(-1);
  const plans = names.map((what) => `| ${what} | ${last && figure(last, what)?.indexes.join(', ')} |`);
  const files = last?.sizes.map(
    ({ name }) =>
      `| ${name} | ${results
        .map(({ sizes }) => mebibytes(sizes.find((size) => size.name === name)?.bytes ?? 0))
        .join(' | ')} |`,
  );
  const text = `# What does not grow with the number of messages

Written by \`${how.command}\` on ${how.processors}, PostgreSQL from npm with 1 GB of shared buffers on the same machine. The
data are those of \`npm run db:fill\`: two schools, rooms of the three kinds, a quarter of all messages in one room
(${results.map(({ largestRoom }) => count(largestRoom)).join(', ')} messages), a quarter in 50 more. The reader is the tutor of that
room, with up to 1,000 rooms. Each question runs on one connection with prepared statements.

Milliseconds: the median, and in brackets the 95th percentile.

${head('messages in all')}
${lines.join('\n')}

Rows of messages and read markers that were read for it, those that a filter removed too, and in brackets the rows that it
gave. Quiet rooms have 5 messages each at a million and 50 at ten million, so that a page of 50 rooms has more of them:

${head('messages in all')}
${rows.join('\n')}

The indexes of the plan at ${count(last?.messages ?? 0)} messages, for parameters that the planner does not know:

| | |
|---|---|
${plans.join('\n')}

Sizes:

${head('messages in all')}
${(files ?? []).join('\n')}
`;
  await writeFile(path, text);
}
