import { readFile, writeFile } from 'node:fs/promises';
import { errorGroups } from '../src/shared/errors/catalogue.js';
import type { ErrorDefinition } from '../src/shared/errors/definition.js';
import { fieldRules } from '../src/shared/errors/field-rules.js';
import { AppError, failureIn } from '../src/shared/errors.js';

// `npm run errors-doc` writes the lists of docs/api/errors.md from the catalogue; `--check` fails on a difference.
const path = new URL('../docs/api/errors.md', import.meta.url);

const retries = { NO: 'no', LATER: 'after a wait', REFRESHED: 'with what is current' } as const;

function socketOf({ socket }: ErrorDefinition): string {
  if (socket === 'HTTP') return '–';
  return socket === undefined ? '`error`' : `\`error\`; closes with ${socket}`;
}

function exampleOf(code: string, { example }: ErrorDefinition): string {
  const args = [code, example?.fields ?? {}, { values: example?.values ?? {} }];
  const error = new AppError(...(args as unknown as ConstructorParameters<typeof AppError>));
  return JSON.stringify(failureIn('en', error));
}

function group([name, codes]: [string, Readonly<Record<string, ErrorDefinition>>]): string {
  const rows = Object.entries(codes).map(
    ([code, definition]) =>
      `| \`${code}\` | ${definition.status} | ${socketOf(definition)} | ${retries[definition.retry]} | ${definition.en} | ${definition.uk} |`,
  );
  if (rows.length === 0) return '';
  const examples = Object.entries(codes).map(([code, definition]) => exampleOf(code, definition));
  return [
    `### ${name}`,
    '',
    '| code | HTTP | WebSocket | try again | English | Ukrainian |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    '```json',
    ...examples,
    '```',
    '',
  ].join('\n');
}

const lists: Readonly<Record<string, string>> = {
  codes: Object.entries(errorGroups).map(group).filter(Boolean).join('\n'),
  rules: [
    '| English | Ukrainian |',
    '|---|---|',
    ...Object.values(fieldRules).map(({ en, uk }) => `| ${en} | ${uk} |`),
    '',
  ].join('\n'),
};

const page = await readFile(path, 'utf8');
const written = page.replace(
  /(<!-- (codes|rules) -->\n)[\s\S]*?(<!-- end -->)/g,
  (_all, start: string, list: string, end: string) => start + lists[list] + end,
);

if (!process.argv.includes('--check')) {
  await writeFile(path, written);
} else if (written !== page) {
  process.stderr.write('docs/api/errors.md is not what the catalogue says: run npm run errors-doc\n');
  process.exitCode = 1;
}
