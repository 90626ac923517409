import type { Guard } from './guards.js';

const documents = ['tests/unit/document-guard'];
const operations = ['tests/unit/operation-guard'];
const shape = 'src/graphql/document-shape.ts';

/** What an operation may be, before it costs anything. */
export const documentGuards: readonly Guard[] = [
  {
    name: 'bytes of a document',
    file: 'src/graphql/guards.ts',
    find: 'if (limits.bytes > 0 && (text.length > limits.bytes || Buffer.byteLength(text) > limits.bytes)) {',
    without: 'if (false) {',
    tests: documents,
  },
  {
    name: 'tokens of a document',
    file: 'src/graphql/guards.ts',
    find: 'return parse(text, tokens > 0 ? { maxTokens: tokens } : {});',
    without: 'return parse(text);',
    tests: documents,
  },
  ...['aliases', 'selections', 'repeatedPairs', 'directives'].map(
    (what): Guard => ({
      name: `${what} of a document`,
      file: shape,
      find: 'if (limits[name] > 0 && count[name] > limits[name])',
      without: `if (name !== '${what}' && limits[name] > 0 && count[name] > limits[name])`,
      tests: [...documents, ...operations],
    }),
  ),
  {
    name: 'depth of a document',
    file: shape,
    find: "if (max > 0 && depth > max) throw tooComplex({ rule: 'AT_MOST_DEEP', max });",
    without: '',
    tests: documents,
  },
  {
    name: 'introspection is no way around the depth',
    file: shape,
    find: '([1, introspectionDepth] as const)',
    without: '([1, 0] as const)',
    tests: documents,
  },
  {
    name: 'fragments that no operation uses are looked at',
    file: shape,
    find: 'if (!reached.has(name)) start(selectionSet, new Set([name]));',
    without: '',
    tests: documents,
  },
  {
    name: 'bytes of variables',
    file: 'src/graphql/variables-shape.ts',
    find: 'if (limits.variableBytes > 0 && count.bytes > limits.variableBytes)',
    without: 'if (false)',
    tests: operations,
  },
  {
    name: 'number of values in variables',
    file: 'src/graphql/variables-shape.ts',
    find: 'if (limits.variableValues > 0 && count.values > limits.variableValues)',
    without: 'if (false)',
    tests: operations,
  },
  {
    name: 'depth of variables',
    file: 'src/graphql/variables-shape.ts',
    find: 'if (limits.variableDepth > 0 && depth > limits.variableDepth)',
    without: 'if (false)',
    tests: operations,
  },
  {
    name: 'variables have no prototype of their own',
    file: 'src/graphql/variables-shape.ts',
    find: "if (typeof variables === 'object' && variables !== null && Object.hasOwn(variables, '__proto__'))",
    without: 'if (false)',
    tests: ['tests/api/transport.test'],
    named: 'prototype',
  },
  {
    name: 'the cost of an operation',
    file: 'src/graphql/guards.ts',
    find: 'if (weighed && limits.cost > 0 && weighed.cost > limits.cost) {',
    without: 'if (false) {',
    tests: operations,
  },
  {
    name: 'a list of ids is counted before it is decoded',
    file: 'src/graphql/operation-cost.ts',
    find: 'if (tooLong || deciding.some((name) => lengthOf(variables[name]) > maxIds))',
    without: 'if (tooLong)',
    tests: operations,
  },
  {
    name: 'introspection can be turned off',
    file: 'src/graphql/guards.ts',
    find: 'if (!introspection && asksForSchema(document)) {',
    without: 'if (false) {',
    tests: ['tests/api/transport.test'],
    named: 'introspection',
  },
  {
    name: 'names are not suggested',
    file: 'src/graphql/guards.ts',
    find: 'hideSuggestions: !introspection',
    without: 'hideSuggestions: false',
    tests: ['tests/api/transport.test'],
    named: 'introspection',
  },
  {
    name: 'listed documents alone',
    file: 'src/graphql/persisted-documents.ts',
    find: "if (only && !byHash.has(hashOf(query))) throw new AppError('DOCUMENT_NOT_LISTED');",
    without: '',
    tests: ['tests/api/persisted-documents'],
  },
];
