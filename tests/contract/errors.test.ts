import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorCatalogue } from '../../src/shared/errors/catalogue.js';
import type { ErrorDefinition } from '../../src/shared/errors/definition.js';
import { fieldRules } from '../../src/shared/errors/field-rules.js';
import type { Wording } from '../../src/shared/errors/wording.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** All files of a folder as one text, but those under `without`. */
async function textOf(folder: string, ...without: readonly string[]): Promise<string> {
  const files = await readdir(`${root}${folder}`, { recursive: true });
  const wanted = files.filter(
    (file) => file.endsWith('.ts') && !without.some((start) => file.startsWith(start)),
  );
  return (await Promise.all(wanted.map((file) => readFile(`${root}${folder}/${file}`, 'utf8')))).join('\n');
}

const codes: readonly [string, ErrorDefinition][] = Object.entries(errorCatalogue);
const wordings: readonly [string, Wording][] = [...codes, ...Object.entries(fieldRules)];
const valuesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

it('there are forty codes and more', () => {
  expect(codes.length).toBeGreaterThanOrEqual(40);
});

it('every text has the same values in both languages', () => {
  const different = wordings.filter(([, { en, uk }]) => `${valuesOf(en)}` !== `${valuesOf(uk)}`);
  expect(different).toEqual([]);
});

it('every text is written in its language', () => {
  // What Apollo Client looks for is no language.
  const wrong = wordings.filter(
    ([name, { en, uk }]) =>
      !name.startsWith('PERSISTED_QUERY') &&
      (/\p{Script=Cyrillic}/u.test(en) || !/\p{Script=Cyrillic}/u.test(uk)),
  );
  expect(wrong).toEqual([]);
});

it('every value of a text stands in the example of its code', () => {
  const lacking = codes.filter(([, { en, example }]) =>
    valuesOf(en).some((name) => example?.values?.[name as string] === undefined),
  );
  expect(lacking.map(([code]) => code)).toEqual([]);
});

it('every code is thrown somewhere', async () => {
  const src = await textOf('src', 'shared/errors', 'generated', 'transport/http/graphql-answer');
  // A comparison is no throw.
  const thrown = src.replaceAll(/[!=]== '\w+'/g, '');
  expect(codes.map(([code]) => code).filter((code) => !thrown.includes(`'${code}'`))).toEqual([]);
});

it('every code is expected by a test', async () => {
  const tests = await textOf('tests', 'contract/errors.test');
  const unseen = codes.filter(([code]) => !new RegExp(`\\b${code}\\b`).test(tests));
  expect(unseen.map(([code]) => code)).toEqual([]);
});

it('every rule of a field is used', async () => {
  const src = await textOf('src', 'shared/errors', 'generated');
  expect(Object.keys(fieldRules).filter((rule) => !unusedPattern(rule).test(src))).toEqual([]);
});

/** `AT_MOST_ITEMS` and the like are put together for the bounds that Zod checks. */
function unusedPattern(rule: string): RegExp {
  return new RegExp(`'(${rule}|${rule.replace(/_(CHARACTERS|ITEMS)$/, '')})'`);
}

it('no refinement of an input has a text of its own', async () => {
  const src = await textOf('src', 'config', 'generated', 'demo');
  const texts = src.matchAll(
    /\.(refine|min|max|regex)\([^()]*(\([^()]*\)[^()]*)*, ['"`][^)]*\)|addIssue\(\{[^}]*message:/g,
  );
  expect([...texts].map(([text]) => text.slice(0, 200))).toEqual([]);
});
