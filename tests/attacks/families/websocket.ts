import type { AttackSocket, Door, Reply, SocketOptions } from '../door.js';
import type { Family } from '../family.js';

const subscribe = (id: unknown, query = '{ viewer { id } }') =>
  JSON.stringify({ id, type: 'subscribe', payload: { query } });
const family = (
  name: string,
  expected: Family['expected'],
  act: (door: Door) => Promise<readonly Reply[]>,
): Family => ({ name, expected, act });

/** Opens a socket, sends, and gives what is said until it is closed, or the first word. */
async function say(
  door: Door,
  what: string,
  messages: readonly (string | Buffer)[],
  options: SocketOptions & { readonly binary?: boolean; readonly closes?: boolean } = {},
): Promise<Reply> {
  const socket = await door.socket(what, options);
  for (const message of messages) socket.send(message, { binary: options.binary ?? false });
  const reply = await (options.closes === false ? socket.next() : socket.closed(1_500));
  socket.end();
  // The time is that of our own patience.
  return { ...reply, what, ms: 0 };
}
const all = (
  door: Door,
  cases: Readonly<Record<string, readonly (string | Buffer)[]>>,
  options: Parameters<typeof say>[3] = {},
) => Promise.all(Object.entries(cases).map(([what, messages]) => say(door, what, messages, options)));

/** What can be done to a socket. */
export const websocket: readonly Family[] = [
  family('messages before the handshake of the protocol', 'refused', (door) =>
    all(door, { subscribe: [subscribe('1')] }, { init: null }),
  ),
  family('protocols that are none', 'refused', (door) =>
    Promise.all(
      [['graphql-ws'], ['soap'], ['x', 'y']].map((protocols) =>
        say(door, protocols.join(), [subscribe('1')], { protocols, init: null }),
      ),
    ),
  ),
  family('two beginnings', 'refused', (door) => all(door, { twice: ['{"type":"connection_init"}'] })),
  family('beginnings of odd kinds', 'refused', (door) =>
    Promise.all(
      [
        { accessToken: { $ne: null } },
        { accessToken: ['x'] },
        { accessToken: 1e308 },
        { accessToken: 'x'.repeat(50_000) },
        JSON.parse('{"__proto__":{"accessToken":"x"},"accessToken":"x"}'),
        'text',
        [1],
      ].map((init) => say(door, JSON.stringify(init).slice(0, 40), [], { init })),
    ),
  ),
  family('one id twice', 'refused', (door) =>
    all(door, {
      twice: [
        subscribe('1', 'subscription { notificationEvents { __typename } }'),
        subscribe('1', 'subscription { notificationEvents { __typename } }'),
      ],
    }),
  ),
  family('ids of odd kinds', 'refused', (door) =>
    all(door, {
      number: [subscribe(1)],
      object: [subscribe({})],
      none: ['{"type":"subscribe","payload":{"query":"{ viewer { id } }"}}'],
      empty: [subscribe('')],
      long: [subscribe('x'.repeat(60_000), '{')],
    }),
  ),
  family('ids that change prototypes', 'harmless', (door) =>
    all(
      door,
      {
        proto: [subscribe('__proto__', '{ __typename }')],
        constructor: [subscribe('constructor', '{ __typename }')],
        toString: [subscribe('toString', '{ __typename }')],
      },
      { closes: false },
    ),
  ),
  family('messages that are no JSON', 'refused', (door) =>
    all(door, {
      text: ['hello'],
      half: ['{"type":'],
      list: ['[]'],
      nothing: [''],
      number: ['1'],
      null: ['null'],
    }),
  ),
  family('messages of no known type', 'refused', (door) =>
    all(door, {
      unknown: ['{"type":"steal"}'],
      next: ['{"id":"1","type":"next","payload":{}}'],
      error: ['{"id":"1","type":"error","payload":[]}'],
      ack: ['{"type":"connection_ack"}'],
      proto: ['{"__proto__":{"type":"subscribe"}}'],
    }),
  ),
  family('payloads of odd kinds', 'refused', (door) =>
    all(door, {
      none: ['{"id":"1","type":"subscribe"}'],
      text: ['{"id":"1","type":"subscribe","payload":"x"}'],
      query: ['{"id":"1","type":"subscribe","payload":{"query":{}}}'],
      variables: ['{"id":"1","type":"subscribe","payload":{"query":"{ viewer { id } }","variables":"x"}}'],
      extensions: ['{"id":"1","type":"subscribe","payload":{"query":"{ viewer { id } }","extensions":[1]}}'],
    }),
  ),
  family('binary messages', 'harmless', (door) =>
    all(
      door,
      { json: [Buffer.from(subscribe('1', '{'))], noise: [Buffer.from('00ff00ff', 'hex')] },
      { binary: true },
    ),
  ),
  family('a message larger than may be', 'refused', (door) =>
    all(door, { large: [subscribe('1', `{ viewer { id } } #${'x'.repeat(70_000)}`)] }),
  ),
  family('hundreds of messages at once', 'refused', (door) =>
    all(door, {
      pings: Array.from({ length: 300 }, () => '{"type":"ping"}'),
      operations: Array.from({ length: 300 }, (_, i) => subscribe(`i${i}`, '{')),
    }),
  ),
  family('completions of what is not there', 'harmless', (door) =>
    all(
      door,
      {
        unknown: ['{"id":"nothing","type":"complete"}', subscribe('1', '{ __typename }')],
        proto: ['{"id":"__proto__","type":"complete"}', subscribe('1', '{ __typename }')],
      },
      { closes: false },
    ),
  ),
  family('pages of another origin', 'refused', async (door) => {
    const sockets = await Promise.all(
      ['https://evil.example', 'null', 'http://127.0.0.1.evil.example'].map(
        async (origin) => [origin, await door.socket(origin, { headers: { origin } })] as const,
      ),
    );
    return Promise.all(
      sockets.map(async ([origin, socket]: readonly [string, AttackSocket]) => {
        const reply = await socket.closed(1_000);
        socket.end();
        return { ...reply, what: origin, ms: 0 };
      }),
    );
  }),
  family('frames that no client may send', 'refused', async (door) => {
    const shake = `GET /graphql HTTP/1.1\r\nhost: ${new URL(door.origin).host}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;
    const frames = {
      unmasked: '810568656c6c6f',
      reserved: 'f18000000000',
      'unknown opcode': '838000000000',
      'a fragmented ping': '098000000000',
      'a length of 2^63': '81ffffffffffffffffff00000000',
      'a close without a code': '888100000000ff',
    };
    const replies: Reply[] = [];
    for (const [what, hex] of Object.entries(frames)) {
      const reply = await door.raw(what, Buffer.concat([Buffer.from(shake), Buffer.from(hex, 'hex')]), 600);
      // What follows the handshake are bytes of frames.
      replies.push({ ...reply, status: 0, text: '', ms: 0 });
    }
    return replies;
  }),
  family('operations without end on one socket', 'harmless', (door) =>
    all(
      door,
      {
        many: Array.from({ length: 95 }, (_, i) =>
          subscribe(`s${i}`, 'subscription { notificationEvents { __typename } }'),
        ),
      },
      { closes: false },
    ),
  ),
  family('introspection and depth by the other door', 'refused', (door) =>
    all(
      door,
      {
        schema: [subscribe('1', '{ __schema { types { name } } }')],
        deep: [subscribe('1', `{ ${'viewer { organization { '.repeat(20)} id ${'} }'.repeat(20)} }`)],
      },
      { closes: false },
    ),
  ),
  family('a syntax error does not close the socket of others', 'harmless', (door) =>
    all(door, { broken: [subscribe('1', '{{{'), subscribe('2', '{ __typename }')] }, { closes: false }),
  ),
];
