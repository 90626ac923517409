import { type GraphQLObjectType, getNamedType, isLeafType, isObjectType } from 'graphql';
import { operationFor } from '../../contract/sample-arguments.js';
import type { Reply } from '../door.js';
import { type Family, type Operation, sampled, type World } from '../family.js';

const victimsOf = (world: World) => Object.entries(world.victims);

/** Each field of an object by its id, alone: the matrix of field × role × object. */
function* fieldsOfVictims(world: World): Generator<Operation> {
  for (const [type, id] of victimsOf(world)) {
    const object = world.schema.getType(type);
    if (!isObjectType(object)) continue;
    for (const field of Object.values((object as GraphQLObjectType).getFields())) {
      if (field.args.some(({ type: argument }) => String(argument).endsWith('!'))) continue;
      const below = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
      yield {
        query: `query ($id: ID!) { node(id: $id) { ... on ${type} { ${field.name}${below} } } }`,
        variables: { id },
      };
    }
  }
}

/** Each operation with each id of a victim wherever an id can stand. */
function* idsOfVictims(world: World, kinds: readonly string[]): Generator<Operation> {
  for (const kind of kinds) {
    for (const field of Object.values(world.schema.getRootType(kind as never)?.getFields() ?? {})) {
      const { text, variables } = operationFor(kind, field);
      const json = JSON.stringify(variables);
      const placed = json.match(/"[a-z]+_[0-9a-hjkmnp-tv-z]{26}"/g);
      if (!placed) continue;
      for (const [, id] of victimsOf(world)) {
        yield {
          query: text,
          variables: JSON.parse(placed.reduce((all, one) => all.replace(one, JSON.stringify(id)), json)),
        };
      }
    }
  }
}

const forged = (header: object, payload: object, signature = '') =>
  [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(signature)
    .join('.');
const claims = { sub: 'user', sid: 'x', iss: 'lectern', aud: 'lectern', exp: 4_102_444_800, role: 'ADMIN' };

/** Who asks for what is somebody else's. */
export const authorization: readonly Family[] = [
  {
    name: 'each field of each object of another school',
    expected: 'refused',
    operations: (world) => sampled(fieldsOfVictims(world), world, 8),
  },
  {
    name: 'many objects of another school at once',
    expected: 'refused',
    operations: (world) => [
      {
        query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }',
        variables: { ids: victimsOf(world).map(([, id]) => id) },
      },
    ],
  },
  {
    name: 'reading by the ids of another school',
    expected: 'harmless',
    operations: (world) => sampled(idsOfVictims(world, ['query']), world, 8),
  },
  {
    name: 'changing by the ids of another school',
    expected: 'harmless',
    operations: (world) => sampled(idsOfVictims(world, ['mutation']), world, 8),
  },
  {
    name: 'listening by the ids of another school',
    expected: 'harmless',
    operations: (world) => sampled(idsOfVictims(world, ['subscription']), world, 8),
  },
  {
    name: 'what only admins may, and those of no school',
    expected: 'refused',
    as: ['anonymous', 'student'],
    codes: ['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED'],
    operations: () =>
      [
        '{ auditLog { edges { cursor } } }',
        '{ notificationQueueStats { pending } }',
        '{ notificationDeadLetters { edges { cursor } } }',
        '{ webhookEndpoints { id url } }',
      ].map((query) => ({ query })),
  },
  {
    name: 'tokens that nobody signed',
    expected: 'refused',
    as: ['anonymous'],
    codes: ['UNAUTHENTICATED', 'SESSION_EXPIRED', 'RATE_LIMITED'],
    act: (door) =>
      Promise.all(
        [
          forged({ alg: 'none' }, claims),
          forged({ alg: 'HS256' }, claims, 'AAAA'),
          forged({ alg: 'HS256', kid: '../../dev/null' }, claims, 'AAAA'),
          forged({ alg: 'HS256', kid: "x' UNION SELECT 'k" }, claims, 'AAAA'),
          forged({ alg: 'RS256', jku: 'http://127.0.0.1/k' }, claims, 'AAAA'),
          forged({ alg: 'ES256', jwk: { kty: 'EC' } }, claims, 'AAAA'),
          'null',
          'undefined',
          'x'.repeat(7_000),
          '..',
          '{}',
        ].map((token) =>
          door.http(token.slice(0, 40), '/graphql', {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
            body: '{"query":"{ viewer { id } }"}',
          }),
        ),
      ),
  },
  {
    name: 'tokens where none belongs',
    expected: 'refused',
    as: ['anonymous'],
    act: (door) =>
      Promise.all([
        door.http(
          'in the address',
          `/graphql?query=${encodeURIComponent('{ viewer { id } auditLog { edges { cursor } } }')}&access_token=x&token=x`,
        ),
        door.http(
          'in a cookie',
          `/graphql?query=${encodeURIComponent('{ auditLog { edges { cursor } } }')}`,
          { headers: { cookie: 'token=x; session=x' } },
        ),
        door.http('basic', `/graphql?query=${encodeURIComponent('{ auditLog { edges { cursor } } }')}`, {
          headers: { authorization: 'Basic YWRtaW46YWRtaW4=' },
        }),
        door.http(
          'two of them',
          `/graphql?query=${encodeURIComponent('{ auditLog { edges { cursor } } }')}`,
          { headers: { authorization: 'Bearer a, Bearer b' } },
        ),
      ]),
  },
  {
    name: 'an operation hidden behind another',
    expected: 'harmless',
    operations: () => [
      { query: 'query A { __typename } mutation B { signOut { ok } }', operationName: 'A' },
      { query: '{ ... @include(if: false) { auditLog { edges { cursor } } } __typename }' },
      {
        query: 'query ($a: Boolean!) { auditLog @skip(if: $a) { edges { cursor } } __typename }',
        variables: { a: true },
      },
    ],
  },
  {
    name: 'guessing passwords under aliases',
    expected: 'refused',
    as: ['anonymous'],
    operations: () => [
      {
        query: `mutation { ${Array.from({ length: 40 }, (_, i) => `a${i}: signIn(input: { email: "a@b.example", password: "guess ${i}" }) { accessToken }`).join(' ')} }`,
      },
      {
        query: `mutation { ${Array.from({ length: 200 }, (_, i) => `a${i}: signIn(input: { email: "a@b.example", password: "guess ${i}" }) { accessToken }`).join(' ')} }`,
      },
    ],
  },
  {
    name: 'guessing refresh tokens, links and invitations',
    expected: 'refused',
    operations: () => [
      ...['x', '', 'a'.repeat(43), 'a'.repeat(1_025), "' OR 1=1 --"].map((refreshToken) => ({
        query: 'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }',
        variables: { input: { refreshToken } },
      })),
      { query: 'mutation { verifyEmail(input: { token: "x" }) { user { id } } }' },
      { query: 'mutation { resetPassword(input: { token: "x", newPassword: "long enough 1" }) { ok } }' },
    ],
  },
  {
    name: 'secret addresses of feeds and letters',
    expected: 'refused',
    act: (door) =>
      Promise.all(
        [
          `/calendar/${'A'.repeat(43)}.ics`,
          '/calendar/../health/live.ics',
          '/calendar/%00.ics',
          '/notifications/unsubscribe?token=AAAA',
          '/unsubscribe?token[]=x',
        ].map((path): Promise<Reply> => door.http(path, path)),
      ),
  },
];
