/** A guard, how it is taken out, and the tests that have to notice. */
export interface Guard {
  readonly name: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  /** What stands there when the guard is gone. */
  readonly without: string;
  readonly tests: readonly string[];
}

const door = ['tests/api/transport.test', 'tests/unit/document-guard'];
const sockets = ['tests/api/transport-websocket'];
const tokens = ['tests/api/token-tricks', 'tests/api/sessions'];
const matrix = ['tests/contract/audiences'];

export const guards: readonly Guard[] = [
  // Transports
  {
    name: 'POST takes JSON only',
    file: 'src/transport/http/graphql-route.ts',
    find: "if (!isRead(request) && !isJson(request.headers['content-type']))",
    without: 'if (false)',
    tests: door,
  },
  {
    name: 'a request has a host',
    file: 'src/transport/http/graphql-route.ts',
    find: 'if (!request.headers.host ||',
    without: 'if (false &&',
    tests: door,
  },
  {
    name: 'subscriptions do not run over HTTP',
    file: 'src/transport/http/apollo.ts',
    find: 'if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;',
    without: 'if (operation) return;',
    tests: door,
  },
  {
    name: 'the scheme of the Authorization header',
    file: 'src/transport/authentication.ts',
    find: "throw new AppError('UNAUTHENTICATED', { authorization: [{ rule: 'BEARER' }] });",
    without: 'return null;',
    tests: [...door, ...tokens],
  },
  {
    name: 'pages of other origins open no sockets',
    file: 'src/transport/websocket/admission.ts',
    find: "if (origin !== undefined && !isAllowedOrigin(origin, host, origins)) return 'FORBIDDEN';",
    without: '',
    tests: [...sockets, 'tests/realtime/gateway-errors'],
  },
  {
    name: 'sockets of one address are counted',
    file: 'src/transport/websocket/admission.ts',
    find: "if (limits.socketsPerAddress > 0 && ofAddress >= limits.socketsPerAddress) return 'TOO_MANY_SOCKETS';",
    without: '',
    tests: [...sockets, 'tests/realtime/gateway-errors'],
  },
  {
    name: 'a slow reader is closed',
    file: 'src/transport/websocket/connection.ts',
    find: 'if (limits.outgoingBytes > 0 && waiting > limits.outgoingBytes)',
    without: 'if (false)',
    tests: sockets,
  },
  // Documents
  {
    name: 'bytes of a document',
    file: 'src/graphql/guards.ts',
    find: 'if (limits.bytes > 0 && (text.length > limits.bytes || Buffer.byteLength(text) > limits.bytes)) {',
    without: 'if (false) {',
    tests: door,
  },
  {
    name: 'tokens of a document',
    file: 'src/graphql/guards.ts',
    find: 'return parse(text, tokens > 0 ? { maxTokens: tokens } : {});',
    without: 'return parse(text);',
    tests: door,
  },
  {
    name: 'the shape of a document',
    file: 'src/graphql/guards.ts',
    find: 'checkShape(document, limits);',
    without: '',
    tests: door,
  },
  {
    name: 'the variables of an operation',
    file: 'src/graphql/guards.ts',
    find: 'checkVariables(variables, limits);',
    without: '',
    tests: ['tests/unit/operation-guard', ...door],
  },
  {
    name: 'the cost of an operation',
    file: 'src/graphql/guards.ts',
    find: 'if (weighed && limits.cost > 0 && weighed.cost > limits.cost) {',
    without: 'if (false) {',
    tests: ['tests/unit/operation-guard', ...door],
  },
  {
    name: 'introspection can be turned off',
    file: 'src/graphql/guards.ts',
    find: 'if (!introspection && asksForSchema(document)) {',
    without: 'if (false) {',
    tests: door,
  },
  {
    name: 'names are not suggested',
    file: 'src/graphql/guards.ts',
    find: 'hideSuggestions: !introspection',
    without: 'hideSuggestions: false',
    tests: door,
  },
  // Errors
  {
    name: 'unexpected errors are masked',
    file: 'src/graphql/format-error.ts',
    find: '  return masked(requestId);',
    without:
      "  return new AppError('GRAPHQL_PARSE_FAILED', {}, { values: { reason: String(innermost(error)) } });",
    tests: door,
  },
  {
    name: 'an outage is told from a fault',
    file: 'src/graphql/format-error.ts',
    find: "if (isOutage(inner)) return new AppError('SERVICE_UNAVAILABLE', {}, { cause: inner });",
    without: '',
    tests: [...door, 'tests/realtime/gateway-errors'],
  },
  {
    name: 'violated constraints have codes',
    file: 'src/graphql/constraint-errors.ts',
    find: 'if (known === undefined) return null;',
    without: 'if (known === undefined || true) return null;',
    tests: ['tests/contract/constraints'],
  },
  {
    name: 'scalars quote no values',
    file: 'src/graphql/refused-value.ts',
    find: 'throw new RefusedValue(problem, nodes);',
    without: "throw new GraphQLError('bad ' + JSON.stringify(nodes));",
    tests: ['tests/privacy/erasure', 'tests/api/input-refusals'],
  },
  // Inputs
  {
    name: 'control characters are refused',
    file: 'src/graphql/input.ts',
    find: "if (hasControls(value)) refuse(context, { rule: 'CONTROL_CHARACTERS' });",
    without: '',
    tests: ['tests/api/input-refusals'],
  },
  {
    name: 'halves of surrogates are refused',
    file: 'src/graphql/input.ts',
    find: "if (!isUnicode(value)) refuse(context, { rule: 'UNICODE' });",
    without: '',
    tests: ['tests/api/input-refusals'],
  },
  {
    name: 'a request has no prototype of its own',
    file: 'src/transport/http/graphql-request.ts',
    find: "if (Object.hasOwn(sent, '__proto__')) throw new AppError('BAD_REQUEST', { body: [{ rule: 'DEFINED' }] });",
    without: '',
    tests: door,
  },
  // Tokens and sessions
  {
    name: 'the audience, the issuer and the type of a token',
    file: 'src/modules/accounts/access-tokens.ts',
    find: '      issuer,\n      audience,\n      typ,\n',
    without: '',
    tests: tokens,
  },
  {
    name: 'a token of an ended session',
    file: 'src/modules/accounts/sessions.ts',
    find: "if (!owner) throw new AppError('SESSION_EXPIRED');",
    without: 'if (!owner) return { viewer: null as never, expiresAt };',
    tests: tokens,
  },
  // Policies
  {
    name: 'a lesson of another school',
    file: 'src/modules/lessons/policy.ts',
    find: 'if (viewer.organizationId !== lesson.organizationId) return null;',
    without: '',
    tests: ['tests/unit/lesson-policy', ...matrix],
  },
  {
    name: 'a room is for those who are in it',
    file: 'src/modules/chats/policy.ts',
    find: 'return room.organizationId === viewer.organizationId && room.standing !== null;',
    without: 'return room.organizationId === viewer.organizationId;',
    tests: ['tests/api/chats', ...matrix],
  },
  {
    name: 'an archived classroom is only read',
    file: 'src/modules/chats/policy.ts',
    find: 'return canReadRoom(viewer, room) && room.writable;',
    without: 'return canReadRoom(viewer, room);',
    tests: ['tests/api/error-words', 'tests/api/classrooms'],
  },
  {
    name: 'a user of another school',
    file: 'src/modules/accounts/policy.ts',
    find: 'if (viewer.organizationId !== user.organizationId) return false;',
    without: '',
    tests: matrix,
  },
  {
    name: 'an invitation is answered by whom it invites',
    file: 'src/modules/relations/policy.ts',
    find: 'return viewer.organizationId === relation.organizationId && viewer.userId === relation.studentId;',
    without: 'return viewer.organizationId === relation.organizationId;',
    tests: ['tests/api/relations'],
  },
  // SQL conditions on the school
  {
    name: 'lessons are read within the school',
    file: 'src/modules/lessons/store.ts',
    find: 'WHERE l.organization_id = $1::uuid AND l.id = ANY ($2::uuid[])`,',
    without: 'WHERE $1::uuid IS NOT NULL AND l.id = ANY ($2::uuid[])`,',
    tests: ['tests/api/lessons', ...matrix],
  },
  {
    name: 'relations are read within the school',
    file: 'src/modules/relations/store.ts',
    find: 'WHERE organization_id = $1::uuid AND id = ANY($2::uuid[])`,',
    without: 'WHERE $1::uuid IS NOT NULL AND id = ANY($2::uuid[])`,',
    tests: ['tests/api/relations', ...matrix],
  },
];
