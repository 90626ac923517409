import type { Guard } from './guards.js';

const transport = ['tests/api/transport.test'];
const refusals = ['tests/api/input-refusals'];

/** What clients are told, and what they may send as a value. */
export const errorGuards: readonly Guard[] = [
  {
    name: 'unexpected errors are masked',
    file: 'src/graphql/format-error.ts',
    find: '  return masked(requestId);',
    without:
      "  return new AppError('GRAPHQL_PARSE_FAILED', {}, { values: { reason: String(innermost(error)) } });",
    tests: transport,
    named: 'failing operation',
  },
  {
    name: 'an outage is told from a fault',
    file: 'src/graphql/format-error.ts',
    find: "if (isOutage(inner)) return new AppError('SERVICE_UNAVAILABLE', {}, { cause: inner });",
    without: '',
    tests: transport,
    named: 'outage',
  },
  {
    name: 'violated constraints have codes',
    file: 'src/graphql/constraint-errors.ts',
    find: 'if (known === undefined) return null;',
    without: 'if (known === undefined || true) return null;',
    tests: ['tests/contract/constraints'],
  },
  {
    name: 'the log quotes no values',
    file: 'src/platform/logger.ts',
    find: 'serializers: { err: describeError },',
    without: '',
    tests: ['tests/unit/logger', 'tests/privacy/erasure'],
  },
  {
    name: 'a locked row is not waited for',
    file: 'src/platform/database/database.ts',
    find: '-c lock_timeout=2000',
    without: '',
    tests: ['tests/api/outages'],
    named: 'locked',
  },
  {
    name: 'control characters are refused',
    file: 'src/graphql/input.ts',
    find: "if (hasControls(value)) refuse(context, { rule: 'CONTROL_CHARACTERS' });",
    without: '',
    tests: refusals,
  },
  {
    name: 'halves of surrogates are refused',
    file: 'src/graphql/input.ts',
    find: "if (!isUnicode(value)) refuse(context, { rule: 'UNICODE' });",
    without: '',
    tests: refusals,
  },
];
