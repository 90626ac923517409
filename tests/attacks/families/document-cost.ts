import type { Family } from '../family.js';

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const limits = [
  'DOCUMENT_TOO_COMPLEX',
  'GRAPHQL_VALIDATION_FAILED',
  'GRAPHQL_PARSE_FAILED',
  'PAYLOAD_TOO_LARGE',
];
const one = (name: string, query: string, rest: { variables?: Record<string, unknown> } = {}): Family => ({
  name,
  expected: 'refused',
  codes: [...limits, 'VALIDATION_ERROR', 'RATE_LIMITED'],
  operations: () => [{ query, ...rest }],
});

/** What makes a server work before it has even begun to answer. */
export const documentCost: readonly Family[] = [
  one(
    'fields nested without end',
    `{ ${times(200, () => 'viewer { organization {')} id ${times(200, () => '} }')} }`,
  ),
  one('hundreds of aliases', `{ ${times(500, (i) => `a${i}: viewer { id }`)} }`),
  one('hundreds of aliases of __typename', `{ ${times(500, (i) => `a${i}: __typename`)} }`),
  one('one field a thousand times', `{ viewer { ${times(1_500, () => 'id')} } }`),
  one('one object a hundred times', `{ ${times(150, () => 'viewer { id email }')} }`),
  one('directives without end', `{ viewer { id ${times(400, () => '@include(if: true)')} } }`),
  one('unknown directives without end', `{ viewer { id ${times(400, (i) => `@d${i}`)} } }`),
  one(
    'a fragment that doubles at each step',
    `query { viewer { ...F0 } } ${times(20, (i) => `fragment F${i} on User { a${i}: organization { id } ...F${i + 1} ... { ...F${i + 1} } }`)} fragment F20 on User { id }`,
  ),
  one(
    'fragments in a ring',
    'query { viewer { ...A } } fragment A on User { ...B } fragment B on User { ...A }',
  ),
  one('a fragment within itself', '{ viewer { ...A } } fragment A on User { organization { id } ...A }'),
  one('tokens without end', `{ ${'a '.repeat(10_000)} }`),
  one(
    'a document of 60 KB of comments and 3,000 tokens',
    `#${'x'.repeat(60_000)}\n{ ${'id '.repeat(3_000)} }`,
  ),
  one('a document of 900 KB', `{ viewer { id } } #${'x'.repeat(900_000)}`),
  one(
    'hundreds of operations',
    times(300, (i) => `query Q${i} { viewer { id } }`),
  ),
  one(
    'hundreds of unused fragments',
    `{ viewer { id } } ${times(300, (i) => `fragment F${i} on User { id }`)}`,
  ),
  one('hundreds of variables', `query (${times(400, (i) => `$v${i}: Int`)}) { viewer { id } }`),
  one(
    'one fragment under many operations',
    `${times(90, (i) => `query Q${i}($a: Int) { ...F }`)} fragment F on Query { ${times(90, (i) => `a${i % 40}: lessons(first: $a) { pageInfo { hasNextPage } }`)} }`,
  ),
  one(
    'lists in lists in lists',
    '{ lessons(first: 100) { edges { node { chat { messages(first: 100) { edges { node { author { id } replyTo { author { id } } } } } } } } } }',
  ),
  one(
    'long pages side by side',
    `{ ${times(40, (i) => `p${i}: lessons(first: 100) { edges { node { id title status } } }`)} }`,
  ),
  one('a literal nested without end', `{ lesson(id: ${'['.repeat(900)}"x"${']'.repeat(900)}) { id } }`),
  one(
    'an object literal nested without end',
    `mutation { signIn(input: ${'{a:'.repeat(400)}1${'}'.repeat(400)}) { user { id } } }`,
  ),
  one('an int of 50,000 digits', `{ lessons(first: ${'9'.repeat(50_000)}) { edges { cursor } } }`),
  one(
    'a string of 60,000 escapes',
    `{ lesson(id: "${'\\u0041'.repeat(10_000)}") { ${times(1_100, () => 'id')} } }`,
  ),
  one('selections under types that do not fit', `{ ${times(40, (i) => `... on T${i} { a }`)} }`),
  one('variables of 300,000 values', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
    variables: { ids: Array.from({ length: 12_000 }, () => 'x') },
  }),
  one('variables nested without end', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
    variables: { ids: JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`) },
  }),
  {
    name: 'a thousand errors from one variable',
    expected: 'refused',
    operations: () => [
      {
        query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        variables: { ids: Array.from({ length: 5_000 }, () => null) },
      },
    ],
  },
  {
    name: 'five thousand ids',
    expected: 'refused',
    operations: () => [
      {
        query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        variables: { ids: Array.from({ length: 5_000 }, (_, i) => `user_${i}`) },
      },
    ],
  },
];
