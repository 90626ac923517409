import type { Door, Reply } from '../door.js';
import type { Family } from '../family.js';

const json = { 'content-type': 'application/json' };
const question = '{"query":"{ viewer { id email } }"}';
const post = (door: Door, what: string, headers: Record<string, string>, body: string | Buffer = question) =>
  door.http(what, '/graphql', { method: 'POST', headers: { ...json, ...headers }, body });
const head = (door: Door, lines: readonly string[]) =>
  `POST /graphql HTTP/1.1\r\nhost: ${new URL(door.origin).host}\r\n${lines.join('\r\n')}\r\n\r\n`;
const raw = (
  name: string,
  expected: Family['expected'],
  cases: Readonly<Record<string, (door: Door) => string | Buffer>>,
): Family => ({
  name,
  expected,
  as: ['anonymous'],
  act: async (door) => {
    const replies: Reply[] = [];
    for (const [what, bytes] of Object.entries(cases)) replies.push(await door.raw(what, bytes(door)));
    return replies;
  },
});
const smuggled = 'GET /metrics/json HTTP/1.1\r\nhost: x\r\n\r\n';

/** What happens around GraphQL: requests that two servers might read in two ways, and pages of other sites. */
export const http: readonly Family[] = [
  raw('lengths that contradict each other', 'refused', {
    'length and chunks': (door) =>
      head(door, ['content-type: application/json', 'content-length: 6', 'transfer-encoding: chunked']) +
      `0\r\n\r\n${smuggled}`,
    'two lengths': (door) =>
      head(door, [
        'content-type: application/json',
        'content-length: 5',
        `content-length: ${smuggled.length}`,
      ]) + smuggled,
    'a list of lengths': (door) =>
      head(door, ['content-type: application/json', 'content-length: 5, 6']) + smuggled,
    'a negative length': (door) => head(door, ['content-type: application/json', 'content-length: -1']),
    'a length with a plus': (door) =>
      `${head(door, ['content-type: application/json', 'content-length: +5'])}abcde`,
  }),
  raw('encodings that only one of two servers knows', 'refused', {
    'twice chunked': (door) =>
      `${head(door, [
        'content-type: application/json',
        'transfer-encoding: chunked',
        'transfer-encoding: identity',
      ])}0\r\n\r\n${smuggled}`,
    xchunked: (door) =>
      `${head(door, ['content-type: application/json', 'transfer-encoding: xchunked'])}0\r\n\r\n`,
    'a space before the colon': (door) =>
      `${head(door, ['content-type: application/json', 'transfer-encoding : chunked'])}0\r\n\r\n`,
    'a folded header': (door) =>
      head(door, ['content-type: application/json', 'transfer-encoding:\r\n chunked', 'content-length: 3']) +
      'abc',
    'a chunk of a size that overflows': (door) =>
      head(door, ['content-type: application/json', 'transfer-encoding: chunked']) +
      'fffffffffffffffff\r\nx\r\n0\r\n\r\n',
    'a chunk of no size': (door) =>
      `${head(door, ['content-type: application/json', 'transfer-encoding: chunked'])}zz\r\nx\r\n0\r\n\r\n`,
  }),
  raw('request lines that are none', 'refused', {
    'HTTP/0.9': () => 'GET /graphql\r\n\r\n',
    'HTTP/2': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/9.9': () => 'GET /graphql HTTP/9.9\r\nhost: x\r\n\r\n',
    'a method that is none': () => 'G@T /graphql HTTP/1.1\r\nhost: x\r\n\r\n',
    'bytes of TLS': () => Buffer.from('16030100c8010000c40303', 'hex'),
    'a NUL in the path': () => 'GET /graph\0ql HTTP/1.1\r\nhost: x\r\n\r\n',
    CONNECT: () => 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: x\r\n\r\n',
    'no host': () => 'GET /health/live HTTP/1.1\r\n\r\n',
    'two hosts': () => 'GET /health/live HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n',
  }),
  raw('hosts and addresses that belong to others', 'harmless', {
    'an absolute address': () =>
      'GET http://169.254.169.254/latest/meta-data HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    'a host with a path': () =>
      'GET /graphql?query={__typename} HTTP/1.1\r\nhost: evil.example/x?y\r\nconnection: close\r\n\r\n',
    'a host with a script': () =>
      'GET /graphql?query={__typename} HTTP/1.1\r\nhost: "><script>alert(1)</script>\r\nconnection: close\r\n\r\n',
    'a host with a port that is none': () =>
      'GET /graphql?query={__typename} HTTP/1.1\r\nhost: x:99999\r\nconnection: close\r\n\r\n',
  }),
  raw('headers without end', 'refused', {
    'one of 100 KB': (door) => head(door, [`x-a: ${'a'.repeat(100_000)}`]),
    'five thousand of them': (door) =>
      head(
        door,
        Array.from({ length: 5_000 }, (_, i) => `x-${i}: 1`),
      ),
    'a name with a space': (door) => head(door, ['x a: 1']),
    'a value with a NUL': (door) => head(door, ['x-a: \0']),
    'a bare line feed': () => 'GET /graphql HTTP/1.1\nhost: x\nx: y\n\n',
  }),
  raw('bodies that do not come', 'harmless', {
    'headers that stop': () => 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-ty',
    'a body that stops': (door) =>
      `${head(door, ['content-type: application/json', 'content-length: 500'])}{"query":`,
    'chunks that stop': (door) =>
      `${head(door, ['content-type: application/json', 'transfer-encoding: chunked'])}5\r\n{"que\r\n`,
    'Expect that nobody knows': (door) =>
      `${head(door, [
        'content-type: application/json',
        'content-length: 2',
        'expect: a-pony',
        'connection: close',
      ])}{}`,
  }),
  {
    name: 'forms and files of other sites',
    expected: 'refused',
    codes: ['UNSUPPORTED_MEDIA_TYPE', 'RATE_LIMITED'],
    act: (door) =>
      Promise.all(
        [
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'application/graphql',
          'application/octet-stream',
          'application/json; charset=utf-16',
          'application/json;charset=utf-7',
          'application/jsonp',
          'text/json',
          'application/xml',
          '',
        ].map((type) =>
          door.http(`type ${type}`, '/graphql', {
            method: 'POST',
            headers: type ? { 'content-type': type } : {},
            body: 'query={viewer{id}}',
          }),
        ),
      ),
  },
  {
    name: 'an XML that reads files',
    expected: 'refused',
    act: async (door) => [
      await door.http('xxe', '/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/xml' },
        body: '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
      }),
    ],
  },
  {
    name: 'batches',
    expected: 'refused',
    codes: ['BAD_REQUEST', 'RATE_LIMITED'],
    act: (door) =>
      Promise.all(
        [`[${question}]`, `[${Array(50).fill(question).join(',')}]`, '[]', `[[${question}]]`].map((body) =>
          post(door, 'batch', {}, body),
        ),
      ),
  },
  {
    name: 'changes by GET',
    expected: 'refused',
    codes: ['METHOD_NOT_ALLOWED', 'RATE_LIMITED', 'BAD_REQUEST', 'OPERATION_RESOLUTION_FAILURE'],
    act: (door) =>
      Promise.all(
        [
          'mutation { signOut { ok } }',
          'query A { viewer { id } } mutation B { signOut { ok } }',
          'subscription { notificationEvents { __typename } }',
        ].map((query) =>
          door.http(
            query,
            `/graphql?query=${encodeURIComponent(query)}${query.includes('B') ? '&operationName=B' : ''}`,
          ),
        ),
      ),
  },
  {
    name: 'a method that overrides another',
    expected: 'refused',
    act: (door) =>
      Promise.all(
        ['x-http-method-override', 'x-http-method', 'x-method-override'].map((name) =>
          door.http(
            name,
            `/graphql?query=${encodeURIComponent('mutation { signOut { ok } }')}&_method=POST`,
            { headers: { [name]: 'POST' } },
          ),
        ),
      ),
  },
  {
    name: 'bodies that are packed',
    expected: 'refused',
    act: (door) =>
      Promise.all(
        ['gzip', 'deflate', 'br', 'compress', 'zstd'].map((encoding) =>
          post(door, encoding, { 'content-encoding': encoding }, Buffer.from('1f8b0800000000000003', 'hex')),
        ),
      ),
  },
  {
    name: 'JSON that two parsers read in two ways',
    expected: 'harmless',
    act: (door) =>
      Promise.all(
        [
          '{"query":"{ __typename }","query":"{ __schema { types { name } } }"}',
          '\ufeff{"query":"{ __typename }"}',
          '{"query":"{ __typename }"} trailing',
          '{"query":"{ __typename }",}',
          "{'query':'{ __typename }'}",
          '{"query":"{ __typename }" /* */}',
          '{"QUERY":"{ viewer { id } }"}',
          '{"constructor":{"prototype":{"isAdmin":true}},"query":"{ __typename }"}',
          '{"query":"{ __typename }","extensions":{"__proto__":{"x":1}}}',
          '{"query":"{ __typename }","variables":{"a":1e400}}',
        ].map((body) => post(door, body, {}, body)),
      ),
  },
  {
    name: 'bodies whose keys change prototypes',
    expected: 'refused',
    act: (door) =>
      Promise.all(
        [
          '{"__proto__":{"isAdmin":true},"query":"{ viewer { id } }"}',
          '{"query":"{ viewer { id } }","operationName":{"__proto__":"x"}}',
          '{"query":"{ viewer { id } }","variables":{"__proto__":{"x":1}}}',
        ].map((body) => post(door, body, {}, body)),
      ),
  },
  {
    name: 'parameters that come twice',
    expected: 'harmless',
    act: (door) =>
      Promise.all(
        [
          '?query={__typename}&query={viewer{id}}',
          '?query[]={__typename}',
          '?query={__typename}&variables=[1]',
          '?query={__typename}&variables={"a":',
          '?query=%00',
          `?query=${'%7B'.repeat(3_000)}`,
          '?query={__typename}&extensions={"__proto__":1}',
        ].map((path) => door.http(path, `/graphql${path}`)),
      ),
  },
  {
    name: 'a body of two megabytes',
    expected: 'refused',
    codes: ['PAYLOAD_TOO_LARGE'],
    act: async (door) => [
      await post(
        door,
        '2 MB',
        {},
        JSON.stringify({ query: `{ viewer { id } } #${'x'.repeat(2 * 1024 * 1024)}` }),
      ),
    ],
  },
  {
    name: 'addresses that lie',
    expected: 'harmless',
    act: (door) =>
      Promise.all(
        ['127.0.0.1', '::1', "' OR 1=1 --", '127.0.0.1, 10.0.0.1', 'x'.repeat(4_000)].map((value) =>
          post(
            door,
            value.slice(0, 20),
            {
              'x-forwarded-for': value,
              'x-real-ip': value,
              forwarded: `for="${value.slice(0, 20)}"`,
              'x-client-ip': value,
            },
            '{"query":"{ __typename }"}',
          ),
        ),
      ),
  },
  {
    name: 'request ids that would write into logs',
    expected: 'harmless',
    act: (door) =>
      Promise.all(
        ['a b', '{"level":60}', '../../x', 'x'.repeat(5_000), '$' + '{jndi:ldap://x}'].map((id) =>
          post(
            door,
            id.slice(0, 20),
            { 'x-request-id': id, traceparent: id, 'user-agent': id },
            '{"query":"{ __typename }"}',
          ),
        ),
      ),
  },
  {
    name: 'answers for pages of another origin',
    expected: 'harmless',
    act: async (door) => {
      const origins = ['https://evil.example', 'null', 'http://localhost.evil.example', 'file://'];
      const asked = await Promise.all(
        origins.flatMap((origin) => [
          post(door, origin, { origin }, '{"query":"{ __typename }"}'),
          door.http(`preflight ${origin}`, '/graphql', {
            method: 'OPTIONS',
            headers: { origin, 'access-control-request-method': 'POST' },
          }),
        ]),
      );
      // A word that lets the page read the answer counts as one that came where none was to come.
      return asked.map((reply) =>
        /access-control-allow-(origin|credentials)/.test(reply.headers)
          ? { ...reply, text: 'SELECT a word for another origin FROM us' }
          : reply,
      );
    },
  },
  {
    name: 'paths that are nearly those of the API',
    expected: 'harmless',
    act: (door) =>
      Promise.all(
        [
          '//graphql',
          '/graphql;x=1',
          '/GRAPHQL',
          '/graphql%00',
          '/graphql/..',
          '/graphql/../metrics',
          '/./graphql',
          '/%67raphql',
          '/graphql%2f',
          '/graphql?',
          '/\\graphql',
        ].map((path) => door.http(path, path)),
      ),
  },
  {
    name: 'an Accept header that makes a server speak',
    expected: 'harmless',
    act: (door) =>
      Promise.all(
        [
          '*/*;q=nan',
          'text/html',
          'application/json;q=0',
          `${'a/b,'.repeat(3_000)}`,
          '../../etc/passwd',
          'multipart/mixed; deferSpec=20220824',
          'text/event-stream',
        ].map((accept) => post(door, accept.slice(0, 30), { accept }, '{"query":"{ __typename }"}')),
      ),
  },
  {
    name: 'languages that are none',
    expected: 'harmless',
    act: (door) =>
      Promise.all(
        ['../../etc/passwd', "uk' OR 1=1", 'x'.repeat(4_000), '*;q=1e9', '__proto__'].map((language) =>
          post(door, language.slice(0, 20), { 'accept-language': language }, '{"query":"{ nothing }"}'),
        ),
      ),
  },
  {
    name: 'an upgrade to something else',
    expected: 'refused',
    as: ['anonymous'],
    act: async (door) => [
      await door.raw(
        'h2c',
        `GET /graphql HTTP/1.1\r\nhost: ${new URL(door.origin).host}\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n`,
      ),
      await door.raw(
        'websocket elsewhere',
        `GET /health/live HTTP/1.1\r\nhost: ${new URL(door.origin).host}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
      ),
      await door.raw(
        'websocket without a key',
        `GET /graphql HTTP/1.1\r\nhost: ${new URL(door.origin).host}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n`,
      ),
    ],
  },
];
