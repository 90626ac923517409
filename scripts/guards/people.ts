import type { Guard } from './guards.js';

const tokens = ['tests/api/token-tricks', 'tests/api/sessions'];
const matrix = ['tests/contract/audiences'];
const statements = ['tests/contract/statements'];

/** Who is who, and who may what. */
export const peopleGuards: readonly Guard[] = [
  {
    name: 'the audience, the issuer and the type of a token',
    file: 'src/modules/accounts/access-tokens.ts',
    find: '      issuer,\n      audience,\n      typ,\n',
    without: '',
    tests: tokens,
  },
  {
    name: 'the algorithm of a token',
    file: 'src/modules/accounts/access-tokens.ts',
    find: 'algorithms: [key.algorithm],',
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
  {
    name: 'a lesson of another school',
    file: 'src/modules/lessons/policy.ts',
    find: 'if (viewer.organizationId !== lesson.organizationId) return null;',
    without: '',
    tests: ['tests/unit/lesson-policy'],
  },
  {
    name: 'a room is for those who are in it',
    file: 'src/modules/chats/policy.ts',
    find: 'return room.organizationId === viewer.organizationId && room.standing !== null;',
    without: 'return room.organizationId === viewer.organizationId;',
    tests: matrix,
  },
  {
    name: 'an archived classroom is only read',
    file: 'src/modules/chats/policy.ts',
    find: 'return canReadRoom(viewer, room) && room.writable;',
    without: 'return canReadRoom(viewer, room);',
    tests: ['tests/api/error-words', 'tests/api/classrooms'],
    named: 'archived',
  },
  {
    name: 'a message is changed by its author',
    file: 'src/modules/chats/policy.ts',
    find: 'return message.authorId === viewer.userId;',
    without: 'return true;',
    tests: ['tests/api/messages'],
  },
  {
    name: 'a board is for those who are in its room',
    file: 'src/modules/boards/policy.ts',
    find: 'return board.organizationId === viewer.organizationId && board.standing !== null;',
    without: 'return board.organizationId === viewer.organizationId;',
    tests: matrix,
  },
  {
    name: 'a user of another school',
    file: 'src/modules/accounts/policy.ts',
    find: 'if (viewer.organizationId !== user.organizationId) return false;',
    without: '',
    tests: ['tests/contract/permissions'],
  },
  {
    name: 'a user with whom one has nothing to do',
    file: 'src/modules/accounts/policy.ts',
    find: "return viewer.userId === user.id || user.related || isAdmin(user) || may(viewer, 'user:read-any');",
    without: 'return true;',
    tests: matrix,
  },
  {
    name: 'the address of somebody else',
    file: 'src/modules/accounts/policy.ts',
    find: "    (viewer.organizationId === user.organizationId && may(viewer, 'user:read-private'))",
    without: '    viewer.organizationId === user.organizationId',
    tests: matrix,
  },
  {
    name: 'a classroom is for those who are in it',
    file: 'src/modules/classrooms/policy.ts',
    find: '(classroom.viewerRole !== null || canAdministerClassrooms(viewer))',
    without: 'true',
    tests: matrix,
  },
  {
    name: 'a classroom is run by its tutor',
    file: 'src/modules/classrooms/policy.ts',
    find: "(classroom.viewerRole === 'TUTOR' || canAdministerClassrooms(viewer))",
    without: 'true',
    tests: ['tests/api/classrooms'],
  },
  {
    name: 'an invitation is answered by whom it invites',
    file: 'src/modules/relations/policy.ts',
    find: 'return viewer.organizationId === relation.organizationId && viewer.userId === relation.studentId;',
    without: 'return viewer.organizationId === relation.organizationId;',
    tests: ['tests/api/relations'],
  },
  {
    name: 'a relation is for its two people',
    file: 'src/modules/relations/policy.ts',
    find: 'return viewer.organizationId === relation.organizationId && people.includes(viewer.userId);',
    without: 'return viewer.organizationId === relation.organizationId;',
    tests: matrix,
  },
  {
    name: 'the permissions of a role',
    file: 'src/shared/permissions.ts',
    find: 'return viewer.permissions?.has(permission) ?? permissionTable[permission].includes(viewer.role);',
    without: 'return true;',
    tests: ['tests/contract/permissions'],
  },
  {
    name: 'a loss of access ends a subscription that is replayed',
    file: 'src/channels/join.ts',
    find: "if (event.seq > head.seq && takesAccessOf(event, userId)) throw new AppError('SUBSCRIPTION_REVOKED');",
    without: '',
    tests: ['tests/channels/channel-log'],
  },
  {
    name: 'a loss of access ends a subscription that is live',
    file: 'src/graphql/fan-out.ts',
    find: 'if (event.seq > member.after && takesAccessOf(event, member.stream.source.userId))',
    without: 'if (false)',
    tests: ['tests/realtime/gateway-subscriptions'],
    named: 'access that ends',
  },
  {
    name: 'whoever joins a channel is asked for',
    file: 'src/channels/join.ts',
    find: 'await options.authorize();',
    without: '',
    tests: ['tests/realtime/gateway-subscriptions'],
  },
  // Beside the policies: a statement that forgets the school.
  {
    name: 'lessons are read within the school',
    file: 'src/modules/lessons/store.ts',
    find: 'WHERE l.organization_id = $1::uuid AND l.id = ANY ($2::uuid[])`,',
    without: 'WHERE $1::uuid IS NOT NULL AND l.id = ANY ($2::uuid[])`,',
    tests: statements,
  },
  {
    name: 'relations are read within the school',
    file: 'src/modules/relations/store.ts',
    find: 'WHERE organization_id = $1::uuid AND id = ANY($2::uuid[])`,',
    without: 'WHERE $1::uuid IS NOT NULL AND id = ANY($2::uuid[])`,',
    tests: statements,
  },
  {
    name: 'messages are changed within the school',
    file: 'src/modules/chats/change-store.ts',
    find: 'WHERE organization_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL AND body <> $3::text RETURNING id`,',
    without:
      'WHERE $1::uuid IS NOT NULL AND id = $2::uuid AND deleted_at IS NULL AND body <> $3::text RETURNING id`,',
    tests: statements,
  },
];
