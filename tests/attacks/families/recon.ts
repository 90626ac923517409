import type { Family } from '../family.js';

const paths =
  '/graphiql /playground /altair /voyager /console /explorer /graphql/schema /schema.graphql /api /v1/graphql /.env /.git/config /package.json /server-status /debug/pprof /actuator /swagger.json /admin /phpinfo.php /graphql/console /..%2f..%2fetc%2fpasswd /%2e%2e/%2e%2e/etc/passwd /static/../../etc/passwd /health/../.env /calendar/x.ics /notifications/unsubscribe?token=x'.split(
    ' ',
  );
const near = ['vewer', 'user', 'lessonss', 'adminUsers', 'secret', 'config', '_entities', 'allUsers'];

/** What tells an attacker how the server is built. It is run with introspection off, as production has it. */
export const recon: readonly Family[] = [
  {
    name: 'introspection, in many disguises',
    expected: 'refused',
    codes: ['GRAPHQL_VALIDATION_FAILED', 'DOCUMENT_TOO_COMPLEX'],
    operations: () =>
      [
        '{ __schema { types { name } } }',
        'query IntrospectionQuery { __schema { queryType { name } } }',
        '{ __schema\n{ types { name fields { name } } } }',
        '{ x: __type(name: "User") { fields { name type { name } } } }',
        'query { ...F } fragment F on Query { __schema { directives { name } } }',
        '{ ... on Query { __type(name: "Query") { name } } }',
        'query Ok { __typename } query Spy { __schema { types { name } } }',
      ].map((query) => (query.includes('Spy') ? { query, operationName: 'Ok' } : { query })),
  },
  {
    name: 'names that are nearly right',
    expected: 'refused',
    codes: ['VALIDATION_ERROR', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED'],
    operations: () => [
      ...near.map((name) => ({ query: `{ ${name} }` })),
      { query: '{ viewer { emial passwordHsh } }' },
      { query: '{ lessons(fist: 1) { edges { cursor } } }' },
      { query: '{ viewer { ... on Usr { id } } }' },
      { query: 'mutation { signIn(input: { emal: "a" }) { user { id } } }' },
      { query: '{ lessons(filter: { status: SHEDULED }) { edges { cursor } } }' },
      { query: 'query ($a: Lesonn) { viewer { id } }' },
      { query: '{ viewer @skipp(if: true) { id } }' },
    ],
  },
  {
    name: 'the schema of a federation',
    expected: 'refused',
    operations: () => [
      { query: '{ _service { sdl } }' },
      { query: '{ _entities(representations: []) { __typename } }' },
    ],
  },
  {
    name: 'paths that other servers have',
    expected: 'refused',
    act: (door) => Promise.all(paths.map((path) => door.http(path, path))),
  },
  {
    name: 'methods that nobody uses',
    expected: 'refused',
    act: (door) =>
      Promise.all(
        ['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'MKCOL'].map((method) =>
          door.http(method, '/graphql', { method }),
        ),
      ),
  },
  {
    name: 'headers that ask for more',
    expected: 'harmless',
    act: (door) =>
      Promise.all(
        [
          'x-apollo-tracing',
          'apollo-federation-include-trace',
          'x-debug',
          'x-original-url',
          'x-rewrite-url',
          'x-forwarded-host',
        ].map((name) =>
          door.http(name, '/graphql?query={__typename}', {
            headers: { [name]: name.startsWith('x-o') || name.startsWith('x-r') ? '/metrics' : 'ftv1' },
          }),
        ),
      ),
  },
  {
    name: 'bodies that make parsers speak',
    expected: 'refused',
    act: (door) =>
      Promise.all(
        [
          '{',
          '[',
          '"',
          '{"query":1}',
          '{"query":{}}',
          '{"query":"{"}',
          'null',
          '1e999',
          '{"query":"{ viewer { id } }","variables":"x"}',
          '{"query":"{ __typename }","operationName":{}}',
          '\u0000',
          '{"query":"\\ud800"}',
        ].map((body) =>
          door.http(body, '/graphql', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          }),
        ),
      ),
  },
  {
    name: 'persisted queries that are not there',
    expected: 'refused',
    codes: [
      'PERSISTED_QUERY_NOT_SUPPORTED',
      'PERSISTED_QUERY_NOT_FOUND',
      'BAD_REQUEST',
      'GRAPHQL_PARSE_FAILED',
      'DOCUMENT_NOT_LISTED',
    ],
    act: (door) =>
      Promise.all(
        ['a'.repeat(64), '../../etc/passwd', "' OR 1=1 --", '__proto__', ''].map((sha256Hash) =>
          door.http(`hash ${sha256Hash}`, '/graphql', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash } } }),
          }),
        ),
      ),
  },
  {
    name: 'operations that are not in the document',
    expected: 'refused',
    codes: ['OPERATION_RESOLUTION_FAILURE'],
    operations: () => [
      { query: 'query A { viewer { id } }', operationName: 'B' },
      { query: 'query A { viewer { id } } query B { viewer { id } }' },
      { query: 'fragment F on User { id } query A { viewer { ...F } }', operationName: '__proto__' },
    ],
  },
];
