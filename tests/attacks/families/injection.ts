import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
} from 'graphql';
import { operationFor } from '../../contract/sample-arguments.js';
import { type Family, type Operation, sampled, type World } from '../family.js';

type Path = readonly (string | number)[];

/** Every leaf of every argument of every field of the roots: where a value can stand. */
export function* places(
  world: World,
): Generator<{ kind: string; field: GraphQLField<unknown, unknown>; path: Path }> {
  for (const kind of ['query', 'mutation', 'subscription'] as const) {
    const root = world.schema.getRootType(kind as never);
    for (const field of Object.values(root?.getFields() ?? {})) {
      for (const path of leaves(field.args, 0)) yield { kind, field, path };
    }
  }
}

function* leaves(members: readonly (GraphQLArgument | GraphQLInputField)[], depth: number): Generator<Path> {
  for (const { name, type } of members) yield* inside([name], type, depth);
}

function* inside(path: Path, type: GraphQLInputType, depth: number): Generator<Path> {
  const named = getNamedType(type);
  const at = isListType(getNullableType(type)) ? [...path, 0] : path;
  if (isLeafType(named)) yield at;
  else if (isInputObjectType(named) && depth < 3) {
    for (const inner of leaves(Object.values(named.getFields()), depth + 1)) yield [...at, ...inner];
  }
}

/** Sample variables with a value put in a place; arguments that are not sent by themselves are declared too. */
function attempt(
  place: { kind: string; field: GraphQLField<unknown, unknown>; path: Path },
  value: unknown,
): Operation {
  const { kind, field, path } = place;
  const { variables } = operationFor(kind, field);
  const filled = structuredClone(variables) as Record<string, unknown>;
  let at: Record<string | number, unknown> = filled;
  path.slice(0, -1).forEach((key, index) => {
    const next = path[index + 1];
    if (typeof at[key] !== 'object' || at[key] === null) at[key] = typeof next === 'number' ? [] : {};
    at = at[key] as Record<string | number, unknown>;
  });
  at[path.at(-1) as string | number] = value;
  const used = field.args.filter(({ name }) => name in filled);
  const declared = used.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const passed = used.map(({ name }) => `${name}: $${name}`).join(', ');
  const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
  return { query: `${kind} (${declared}) { ${field.name}(${passed})${selection} }`, variables: filled };
}

const everywhere = (
  name: string,
  expected: Family['expected'],
  values: readonly unknown[],
  codes?: readonly string[],
): Family => ({
  name,
  expected,
  ...(codes ? { codes } : {}),
  operations: function* (world) {
    // Not the same places and values in every family.
    const seed = world.seed + name.length;
    for (const { place, value } of sampled(pairs(world, values), { ...world, seed }))
      yield attempt(place, value);
  },
});

function* pairs<Value>(world: World, values: readonly Value[]) {
  for (const place of places(world)) for (const value of values) yield { place, value };
}

/** What templates of many languages evaluate. */
const placeholder = (expression: string) => `$\{${expression}}`;

const refused = [
  'BAD_REQUEST',
  'VALIDATION_ERROR',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'DOCUMENT_TOO_COMPLEX',
];

/** Values that have hurt other servers, in every place of the schema where a value can stand. */
export const injection: readonly Family[] = [
  everywhere('SQL', 'harmless', [
    "' OR '1'='1",
    "'; DROP TABLE lesson; --",
    '1) UNION SELECT password_hash FROM app_user--',
    "' || pg_sleep(5) || '",
    "\\'; SELECT 1 --",
    '$1',
    '%_%',
    'x\' COLLATE "C"',
  ]),
  everywhere(
    'operators of Prisma and of document stores',
    'refused',
    [
      { not: '' },
      { equals: null },
      { contains: '' },
      { in: [] },
      { $ne: null },
      { $gt: '' },
      { $where: 'sleep(5000)' },
      { OR: [{}] },
      { set: 'x' },
    ],
    refused,
  ),
  everywhere('lists in the place of values', 'refused', [[[['x']]], [{}], [null, [null]]], refused),
  everywhere('NUL bytes', 'refused', ['a\u0000b', '\u0000', 'x\u0000.jpg']),
  everywhere('control characters and lone surrogates', 'harmless', [
    '\u0007\u001b[31m',
    '\ud800',
    'a\udfffb',
    '\u202e\u2066evil',
    '\ufeff\u200b',
  ]),
  everywhere(
    'keys that change prototypes',
    'refused',
    [
      JSON.parse('{"__proto__":{"isAdmin":true}}'),
      { constructor: { prototype: { isAdmin: true } } },
      JSON.parse('{"__proto__":null}'),
    ],
    refused,
  ),
  everywhere('ints beyond 32 and 64 bits', 'refused', [2 ** 31, -(2 ** 31) - 1, 2 ** 53, 9.3e18, -1e308]),
  everywhere('numbers that are none', 'harmless', ['NaN', 'Infinity', '-0', '0x7fffffff', '1e309', '٣', 1.5]),
  everywhere('booleans in the place of everything', 'harmless', [true, false]),
  everywhere('nothing in the place of everything', 'harmless', [null, '', ' ', '\n']),
  everywhere('texts of 70,000 characters', 'harmless', ['A'.repeat(59_000)]),
  everywhere('texts of many code points', 'harmless', [
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'.repeat(200),
    'a\u0301'.repeat(3_000),
    '\ufdfa'.repeat(2_000),
  ]),
  everywhere('templates that a server might evaluate', 'harmless', [
    '{{1337*1337}}',
    placeholder('1337*1337'),
    '<%= 1337*1337 %>',
    '#{1337*1337}',
    '{{constructor.constructor("return process")()}}',
  ]),
  everywhere('commands of a shell', 'harmless', [
    '; cat /etc/passwd',
    '$(id)',
    '`id`',
    '| sleep 5',
    '& ping -c 5 127.0.0.1 &',
  ]),
  everywhere('paths of files', 'harmless', [
    '../../../../etc/passwd',
    '..\\..\\windows\\win.ini',
    'file:///etc/passwd',
    '/proc/self/environ',
  ]),
  everywhere('line ends that make headers', 'harmless', [
    'a\r\nSet-Cookie: x=1',
    'a\nBcc: victim@example.org',
    '%0d%0aX: y',
  ]),
  everywhere('scripts', 'harmless', [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    'javascript:alert(1)',
    '</textarea><svg onload=alert(1)>',
  ]),
  everywhere('what loggers look up', 'harmless', [
    placeholder('jndi:ldap://127.0.0.1:1/a'),
    '%s%s%s%n',
    '%x%x%x%x',
    '{"level":60,"msg":"forged"}',
  ]),
  everywhere('LDAP, XPath and XML', 'harmless', [
    '*)(uid=*))(|(uid=*',
    "' or count(/*)=1 or '",
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>&a;',
  ]),
  everywhere('patterns that take for ever', 'harmless', [
    `${'a'.repeat(5_000)}!`,
    `${'('.repeat(500)}`,
    `${'a@'.repeat(2_000)}`,
    `${'1.'.repeat(2_000)}`,
  ]),
  everywhere('times at the ends of time', 'harmless', [
    '0000-00-00T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '+275760-09-13T00:00:00Z',
    '-271821-04-20T00:00:00Z',
    '2026-02-30',
    '2026-03-29T02:30:00Europe/Kyiv',
    '1e20',
  ]),
  everywhere('addresses inside the network', 'harmless', [
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:5432/',
    'http://[::1]/',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'https://0x7f000001/',
    'http://localhost#@example.org/',
  ]),
  everywhere('ids of another kind', 'harmless', [
    'user_00000000000000000000000000',
    'lesson_7zzzzzzzzzzzzzzzzzzzzzzzzz',
    'x_01h455vb4pex5vsknk084sn02q',
    '_',
    'user_',
    '00000000-0000-0000-0000-000000000000',
    '__proto___01h455vb4pex5vsknk084sn02q',
    '-1',
  ]),
  everywhere('cursors that nobody was given', 'harmless', [
    'bm9uc2Vuc2U=',
    'eyJzZXEiOi0xfQ',
    'W10=',
    'AAAAAAAAAAAAAAAAAAAAAA',
    '////',
    Buffer.from('["x",null,1e999]').toString('base64url'),
  ]),
  everywhere('words of GraphQL and JSON', 'harmless', [
    '{ viewer { id } }',
    '"}}}{{{"',
    '\\u0022',
    'null',
    'undefined',
    '[object Object]',
    '__typename',
  ]),
  {
    name: 'fields that an input does not have',
    expected: 'refused',
    operations: () => {
      const extra = {
        role: 'ADMIN',
        organizationId: 'x',
        isAdmin: true,
        id: 'user_1',
        plan: 'PREMIUM',
        emailVerified: true,
      };
      return [
        {
          query: 'mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }',
          variables: {
            input: {
              email: 'a@b.example',
              password: 'long enough 1',
              displayName: 'x',
              role: 'STUDENT',
              ...{ organizationId: 'x' },
            },
          },
        },
        {
          query: 'mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }',
          variables: {
            input: { email: 'a@b.example', password: 'long enough 1', displayName: 'x', role: 'ADMIN' },
          },
        },
        ...Object.entries(extra).map(([name, value]) => ({
          query: 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { id } } }',
          variables: { input: { displayName: 'x', [name]: value } },
        })),
      ];
    },
  },
];
