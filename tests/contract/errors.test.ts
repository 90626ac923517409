import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorCatalogue } from '../../src/shared/errors/catalogue.js';
import type { ErrorDefinition } from '../../src/shared/errors/definition.js';
import { fieldRules } from '../../src/shared/errors/field-rules.js';
import type { Wording } from '../../src/shared/errors/wording.js';
import { serviceRestart } from '../../src/transport/websocket/close-codes.js';

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

describe('close codes of sockets', () => {
  const page = readFile(`${root}docs/api/subscriptions.md`, 'utf8');
  const lacking = async (rows: readonly string[]) => {
    const text = await page;
    return rows.filter((row) => !text.includes(`\n| ${row} |`));
  };

  it('of every error code that closes one, number and code are in the list of the page', async () => {
    const closing = codes.filter(([, { socket }]) => typeof socket === 'number');
    expect(closing.length).toBeGreaterThan(5);
    expect(await lacking(closing.map(([code, { socket }]) => `${socket} \`${code}\``))).toEqual([]);
  });

  it('every other number in the gateway is in the list of the page', async () => {
    const gateway = await textOf('src/transport/websocket', 'close-codes');
    // 4403 has its reasons from the catalogue.
    const protocol = [...new Set(gateway.match(/\b44\d\d\b/g))].filter((number) => number !== '4403');
    expect(protocol.length).toBeGreaterThan(4);
    // Codes with a reason of the catalogue go by its table: `end` takes a number of its own here alone.
    expect([...gateway.matchAll(/\.end\((?!Error)[^)]*\)/g)].map(([call]) => call).sort()).toEqual([
      '.end(closeCodeOf(code)',
      '.end(code, reason)',
      ".end(serviceRestart, 'SERVICE_UNAVAILABLE')",
    ]);
    expect(await lacking([...protocol, `${serviceRestart} \`SERVICE_UNAVAILABLE\``])).toEqual([]);
  });

  it('every row of the list is a code that somebody sends', async () => {
    const rows = [...(await page).matchAll(/^\| ((?:\d{4}(?:, )?)+)(?: `(\w+)`)? \|/gm)];
    const gateway = await textOf('src/transport/websocket');
    const unknown = rows.filter(([, numbers = '', code]) =>
      code === undefined
        ? numbers.split(', ').some((one) => one.startsWith('4') && !gateway.includes(one))
        : !Object.hasOwn(errorCatalogue, code) ||
          ![(errorCatalogue as Record<string, ErrorDefinition>)[code]?.socket, serviceRestart].includes(
            Number(numbers),
          ),
    );
    expect(rows.length).toBeGreaterThan(12);
    expect(unknown).toEqual([]);
  });
});

it('every code is thrown somewhere', async () => {
  const src = await textOf('src', 'shared/errors', 'generated', 'transport/http/graphql-answer');
  // A comparison is no throw.
  const thrown = src.replaceAll(/[!=]== '\w+'/g, '');
  expect(codes.map(([code]) => code).filter((code) => !thrown.includes(`'${code}'`))).toEqual([]);
});

it('every code is expected by a test', async () => {
  // Attacks name every code that may be answered, and are no part of the suite.
  const tests = await textOf('tests', 'contract/errors.test', 'attacks/', 'testkit/', 'faults/', 'plans/');
  const unseen = codes.filter(([code]) => !new RegExp(`['"]${code}['"]`).test(tests));
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
