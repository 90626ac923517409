import type { Guard } from './guards.js';

const rows = ['tests/faults/rows.test'];
const fullRows = { tests: ['tests/faults/rows.fault'], inFull: true } as const;

/** What stands between a message and the answer of its statement. */
const mentions = `), mention AS (
  INSERT INTO chat_mention (message_id, user_id, organization_id)
  SELECT m.id, named.user_id, $1::uuid
    FROM unnest($13::uuid[], $14::uuid[]) AS named (message_id, user_id) JOIN m ON m.id = named.message_id
)
`;

/** What holds the promises of docs/operations/faults.md; each is missed by the row of its fault. */
export const faultGuards: readonly Guard[] = [
  {
    name: 'fault: a database that refuses is an outage',
    file: 'src/platform/database/failures.ts',
    find: "    'ECONNREFUSED',\n",
    without: '',
    tests: rows,
    named: 'PostgreSQL is stopped',
  },
  {
    name: 'fault: a database that is silent is found out',
    file: 'src/platform/database/pulse.ts',
    find: 'if (!asking && (silent || isQuiet(performance.now()))) void ask();',
    without: '',
    tests: rows,
    named: 'PostgreSQL is frozen',
  },
  {
    name: 'fault: the result of a key is found again',
    file: 'src/platform/idempotency/once.ts',
    find: '  if (kept) return kept.resultId;\n',
    without: '',
    tests: rows,
    named: 'the answer to COMMIT',
  },
  {
    name: 'fault: a full disk is an outage',
    file: 'src/platform/database/failures.ts',
    find: "  '53100',\n",
    without: '',
    tests: rows,
    named: 'the disk of PostgreSQL',
  },
  {
    name: 'fault: no file left is an outage',
    file: 'src/platform/database/failures.ts',
    find: "    'EMFILE',\n",
    without: '',
    tests: rows,
    named: 'too many open files',
  },
  {
    name: 'fault: who answers no ping is cut',
    file: 'src/transport/websocket/connection.ts',
    find: '      this.#socket.terminate();\n      this.#pongBy = this.#pingAt = 0;\n',
    without: '      this.#pongBy = this.#pingAt = 0;\n',
    tests: rows,
    named: 'slow, half-open',
  },
  {
    name: 'fault: a storm reads history once',
    file: 'src/channels/tail.ts',
    find: '    if (known) return known;\n',
    without: '',
    tests: rows,
    named: 'sockets reconnect',
  },
  {
    name: 'fault: sockets are closed when the server stops',
    file: 'src/transport/websocket/gateway.ts',
    find: '      await closeInBatches();\n',
    without: '',
    tests: rows,
    named: 'a deployment',
  },
  {
    name: 'fault: requests that never end are cut when the server stops',
    file: 'src/transport/server.ts',
    find: 'setTimeout(() => app.server.closeAllConnections(), limits.shutdownMs)',
    without: 'setTimeout(() => {}, limits.shutdownMs)',
    ...fullRows,
    named: 'API: SIGTERM',
  },
  {
    name: 'fault: whoever comes again goes on at its cursor',
    file: 'src/channels/join.ts',
    find: '  let cursor = after ?? head;\n',
    without: '  let cursor = head;\n',
    ...fullRows,
    named: 'API: .kill -9',
  },
  {
    name: 'fault: columns are named, so that one more changes no plan',
    file: 'src/modules/chats/send-statement.ts',
    find: `  RETURNING id, sequence, created_at
${mentions}SELECT m.sequence,`,
    without: `  RETURNING *
${mentions}SELECT m.*, m.sequence,`,
    tests: rows,
    named: 'a deployment',
  },
  {
    name: 'fault: everything goes by the clock of the database',
    file: 'src/app/foundation.ts',
    find: 'const clock = given ?? databaseClock;',
    without: 'const clock = given ?? { now: () => new Date() };',
    tests: rows,
    named: 'the clock of the worker',
  },
  {
    name: 'fault: a log that was replaced is found out',
    file: 'src/channels/channels.ts',
    find: '      await settleDoubt();\n',
    without: '',
    tests: rows,
    named: 'a restore from a base backup',
  },
];
