import { buildSchema, getIntrospectionQuery } from 'graphql';
import type { DocumentLimits } from '../../src/graphql/guard-limits.js';
import { createDocumentGuard } from '../../src/graphql/guards.js';
import { AppError, failureIn } from '../../src/shared/errors.js';

const schema = buildSchema(`
  type Query { a: Query, n: Int, list(input: In, ids: [Int!]): Int }
  input In { from: Int!, inner: [In!] }
`);
const all = { bytes: 0, tokens: 0, depth: 0, aliases: 0, selections: 0, repeatedPairs: 0 };

/** The codes and details of what is wrong with a document, under these limits only. */
function refusals(text: string, limits: Partial<DocumentLimits> = {}) {
  const guarded = createDocumentGuard({ schema, limits: { ...all, ...limits }, introspection: true }).check(
    text,
  );
  if (!('errors' in guarded)) return [];
  return guarded.errors.map(({ originalError }) => {
    if (!(originalError instanceof AppError)) throw new Error('an error without a code');
    const { code, detail, fields } = failureIn('en', originalError);
    return [code, detail, fields];
  });
}
const tooComplex = (what: string) => [
  ['DOCUMENT_TOO_COMPLEX', 'The document exceeds a limit.', { query: [what] }],
];

describe('the document guard', () => {
  test.each<[keyof DocumentLimits, number, string, string, string]>([
    ['bytes', 7, '{ n } #', '{ n } #é', 'must have at most 7 bytes'],
    ['tokens', 5, '{ a {n}', '{ a {n} }', 'must have at most 5 tokens'],
    ['depth', 2, '{ a { n } }', '{ a { a { n } } }', 'must not have fields nested more than 2 deep'],
    [
      'depth',
      2,
      '{ ...F } fragment F on Query { a { n } }',
      '{ a { ...F } } fragment F on Query { a { n } }',
      'must not have fields nested more than 2 deep',
    ],
    ['aliases', 2, '{ x: n y: n n }', '{ x: n y: n z: n }', 'must have at most 2 aliases'],
    [
      'aliases',
      2,
      '{ ...F a { n } } fragment F on Query { x: n }',
      '{ ...F a { ...F a { ...F } } } fragment F on Query { x: n }',
      'must have at most 2 aliases',
    ],
    ['selections', 3, '{ a { n } n }', '{ a { n } n a }', 'must have at most 3 fields and fragments'],
    ['repeatedPairs', 3, '{ n n n }', '{ n n n n }', 'must have at most 3 comparisons of repeated fields'],
    [
      'repeatedPairs',
      3,
      '{ a { n } a { n } }',
      '{ a { n n } a { n } }',
      'must have at most 3 comparisons of repeated fields',
    ],
  ])('limits %s to %d', (limit, value, good, bad, detail) => {
    expect(refusals(good, { [limit]: value }).map(([code]) => code)).not.toContain('DOCUMENT_TOO_COMPLEX');
    expect(refusals(bad, { [limit]: value })).toEqual(tooComplex(detail));
  });

  test('lets 0 turn every limit off', () => {
    expect(refusals(`{ ${'a { '.repeat(50)} ${'x: n '.repeat(20)} ${'} '.repeat(50)} }`)).toEqual([]);
  });

  test('lets the introspection query of tools pass at depth 1', () => {
    expect(refusals(getIntrospectionQuery(), { depth: 1 })).toEqual([]);
  });

  test('lets introspection be no way around the depth', () => {
    const query = `{ __schema { ${'types { '.repeat(20)} name ${'} '.repeat(20)} } }`;
    expect(refusals(query, { depth: 12 })).toEqual(
      tooComplex('must not have fields nested more than 20 deep'),
    );
  });

  test('ends at fragments that contain themselves, which validation then names', () => {
    const query = '{ ...A } fragment A on Query { a { ...B } } fragment B on Query { a { ...A } }';
    expect(refusals(query)).toEqual([
      [
        'GRAPHQL_VALIDATION_FAILED',
        'The document is not valid: Cannot spread fragment "A" within itself via "B".',
        {},
      ],
    ]);
  });

  test('counts a fragment that doubles at every step no more than its limit', () => {
    const fragments = Array.from(
      { length: 40 },
      (_, i) => `fragment F${i} on Query { a { ...F${i + 1} } x: a { ...F${i + 1} } }`,
    );
    const query = `{ ...F0 } ${fragments.join(' ')} fragment F40 on Query { n }`;
    expect(refusals(query, { selections: 1_000 })).toEqual(
      tooComplex('must have at most 1000 fields and fragments'),
    );
  });

  test('limits fragments that no operation uses', () => {
    expect(refusals('{ n } fragment F on Query { n n n n }', { repeatedPairs: 3 })).toEqual(
      tooComplex('must have at most 3 comparisons of repeated fields'),
    );
  });

  test('gives a syntax error with its place', () => {
    const guarded = createDocumentGuard({ schema, introspection: true }).check('{ n');
    expect(guarded).toMatchObject({
      errors: [
        {
          message: 'The document does not parse: Syntax Error: Expected Name, found <EOF>.',
          locations: [{ line: 1, column: 4 }],
        },
      ],
    });
  });

  test.each([
    ['{ list(ids: [1, "x"]) }', 'ids.1'],
    ['{ list(input: { from: 1, inner: [{ from: 1 }, { from: "x" }] }) }', 'input.inner.1.from'],
    ['{ a { list(input: { from: null }) } }', 'input.from'],
    ['{ list(input: { inner: [] }) }', 'input.from'],
    ['{ list(input: { from: 1, foo: 2 }) }', 'input.foo'],
    ['{ list(input: { from: 1, inner: [{ from: 1, foo: 2 }] }) }', 'input.inner.0.foo'],
  ])('tells the path of a bad value in %s', (query, path) => {
    expect(refusals(query)).toEqual([
      ['VALIDATION_ERROR', expect.any(String), { [path]: [expect.any(String)] }],
    ]);
  });

  test('parses a good document once', () => {
    const guard = createDocumentGuard({ schema, introspection: true });
    const [first, again] = [guard.check('{ n }'), guard.check('{ n }')];
    expect('document' in first && 'document' in again && first.document === again.document).toBe(true);
  });
});
