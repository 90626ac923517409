import { readdirSync, readFileSync } from 'node:fs';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { createDocumentGuard } from '../../src/graphql/guards.js';
import { schema } from '../../src/graphql/schema.js';
import { AppError } from '../../src/shared/errors.js';

const guard = createDocumentGuard({ schema, introspection: true });

function weigh(text: string, variables: Record<string, unknown> = {}, operationName: string | null = null) {
  const guarded = guard.check(text);
  if ('errors' in guarded) throw guarded.errors[0];
  return guard.weigh(guarded.document, operationName, variables);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const cause = error instanceof GraphQLError ? error.originalError : error;
    if (cause instanceof AppError) return cause.code;
    throw error;
  }
  return 'taken';
}

describe('the cost of an operation', () => {
  test.each([
    ['a field is 1', '{ viewer { id displayName } }', 3],
    ['a page is as long as it is asked for', '{ lessons(first: 50) { edges { node { id } } } }', 1 + 50 * 3],
    ['a page is 20 unless told', '{ lessons { edges { node { id } } } }', 1 + 20 * 3],
    ['from the end as well', '{ lessons(last: 5) { edges { node { id } } } }', 1 + 5 * 3],
    ['an alias is a field of its own', '{ a: viewer { id } b: viewer { id } }', 4],
    ['__typename is free no more than others', '{ a: __typename b: __typename }', 2],
    [
      'a fragment counts where it is spread',
      '{ a: viewer { ...F } b: viewer { ...F } } fragment F on User { id email }',
      6,
    ],
    ['nodes by as many ids as there are', '{ nodes(ids: ["a", "b", "c"]) { id } }', 4],
    ['another list is 10', '{ sessions { id } }', 1 + 10],
  ])('%s', (_name, text, cost) => {
    expect(weigh(text)).toEqual({ cost, mutations: 0 });
  });

  test('follows the variables, each time anew', () => {
    const text = 'query ($n: Int) { lessons(first: $n) { edges { node { id } } } }';
    expect([1, 100, 1, undefined].map((n) => weigh(text, { n })?.cost)).toEqual([4, 301, 4, 61]);
  });

  test('is that of the operation that is run', () => {
    const text = 'query A { viewer { id } } query B { lessons(first: 100) { edges { node { id } } } }';
    expect([weigh(text, {}, 'A')?.cost, weigh(text, {}, 'B')?.cost, weigh(text, {}, 'C')]).toEqual([
      2,
      301,
      null,
    ]);
  });

  test('a list of ids that is longer than any may be is refused before it is decoded', () => {
    const ids = Array.from({ length: 501 }, () => 'x');
    const text = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    expect(refusal(() => weigh(text, { ids: ids.slice(1) }))).toBe('taken');
    expect(refusal(() => weigh(text, { ids }))).toBe('DOCUMENT_TOO_COMPLEX');
    expect(refusal(() => weigh(`{ nodes(ids: ${JSON.stringify(ids)}) { id } }`))).toBe(
      'DOCUMENT_TOO_COMPLEX',
    );
  });

  test('of many bad values only the first is looked at', () => {
    const text = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const ids = Array.from({ length: 500 }, () => null);
    weigh(text, { ids });
    const start = process.cpuUsage();
    for (let i = 0; i < 20; i++) expect(weigh(text, { ids })?.cost).toBe(1);
    // All of them took a second and more.
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(400);
  });

  test('a page cannot be asked to be longer than the longest, nor shorter than nothing', () => {
    const text = 'query ($n: Int) { lessons(first: $n) { edges { node { id } } } }';
    expect([1_000_000, -5].map((n) => weigh(text, { n })?.cost)).toEqual([301, 1]);
  });

  test('lists inside lists are multiplied, and refused when it is too much', () => {
    const nested = (n: number) =>
      `{ lessons(first: 100) { edges { node { chat { messages(first: ${n}) { edges { node { id } } } } } } } }`;
    expect(refusal(() => weigh(nested(10)))).toBe('taken');
    expect(refusal(() => weigh(nested(100)))).toBe('DOCUMENT_TOO_COMPLEX');
  });

  test('root fields of a mutation are counted, in fragments and under aliases', () => {
    const text =
      'mutation { a: signOut { ok } ...F ... { d: signOut { ok } } } fragment F on Mutation { b: signOut { ok } c: signOut { ok } }';
    expect(weigh(text)?.mutations).toBe(4);
  });

  test('a variable that cannot be taken is left to the execution, and not remembered', () => {
    const text = 'query ($n: Int) { lessons(first: $n) { edges { node { id } } } }';
    expect(weigh(text, { n: 'x' })?.cost).toBe(1);
    expect(weigh(text, { n: 7 })?.cost).toBe(22);
  });

  test('a variable that cannot be taken costs the same when the cost of good ones is remembered', () => {
    const text =
      'query ($n: Int, $after: String) { lessons(first: $n, after: $after) { edges { node { id } } } }';
    const costs = ['x', 7, 'x'].map((after) => weigh(text, { n: 7, after })?.cost);
    expect(costs).toEqual([22, 1, 22]);
  });

  test('every operation of the client is far from the limit with pages of 100', () => {
    const folder = new URL('../../client/operations/', import.meta.url);
    const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
    const document: DocumentNode = parse(texts.join('\n'));
    for (const definition of document.definitions) {
      if (definition.kind !== 'OperationDefinition') continue;
      expect(refusal(() => guard.weigh(document, definition.name?.value, { first: 100 }))).toBe('taken');
    }
  });
});

describe('variables', () => {
  const text = '{ viewer { id } }';
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`) as unknown;

  test.each([
    ['too large', { a: 'x'.repeat(256 * 1024 + 1) }],
    ['too large in their names', Object.fromEntries([['x'.repeat(256 * 1024 + 1), 1]])],
    ['too many', { a: Array.from({ length: 10_000 }, () => 1) }],
    ['too deep', { a: nested(11) }],
    ['deeper than any stack', { a: nested(100_000) }],
  ])('%s are refused', (_name, variables) => {
    expect(refusal(() => weigh(text, variables))).toBe('DOCUMENT_TOO_COMPLEX');
  });

  test.each([
    ['as large as may be', { a: 'x'.repeat(256 * 1024 - 1) }],
    ['as many as may be', { a: Array.from({ length: 9_999 }, () => 1) }],
    ['as deep as may be', { a: nested(10) }],
  ])('%s are taken', (_name, variables) => {
    expect(refusal(() => weigh(text, variables))).toBe('taken');
  });

  test('each limit can be turned off', () => {
    const open = createDocumentGuard({
      schema,
      introspection: true,
      limits: { variableBytes: 0, variableDepth: 0, variableValues: 0, cost: 0 },
    });
    const document = parse(
      '{ lessons(first: 100) { edges { node { chat { messages(first: 100) { edges { node { id } } } } } } } }',
    );
    const variables = {
      a: nested(50_000),
      b: 'x'.repeat(300_000),
      c: Array.from({ length: 20_000 }, () => 1),
    };
    expect(refusal(() => open.weigh(document, null, variables))).toBe('taken');
  });
});

describe('directives', () => {
  const many = (count: number) => '@include(if: true) '.repeat(count);

  test.each([
    ['on a field', `{ viewer { id ${many(51)} } }`],
    [
      'over fields',
      `{ ${Array.from({ length: 26 }, (_, i) => `f${i % 2}: __typename @include(if: true) @skip(if: false)`).join(' ')} }`,
    ],
    ['on an operation', `query ${many(51)} { viewer { id } }`],
    [
      'in a fragment that is used twice',
      `{ a: viewer { ...F } b: viewer { ...F } } fragment F on User { id ${many(26)} }`,
    ],
  ])('too many %s are refused before validation', (_name, text) => {
    expect(refusal(() => weigh(text))).toBe('DOCUMENT_TOO_COMPLEX');
  });
});
