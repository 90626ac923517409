/** What a person may be in a school. */
export type Role = 'OWNER' | 'ADMIN' | 'TUTOR' | 'STUDENT';

/**
 * What each role may do in its school: the one table. A policy adds whose object it is; what people may do with what
 * is their own (their lessons, their chats, their sessions) needs no permission and stands in the policies alone.
 */
const table = {
  /** Every person of the school exists for them, and the list of users is the school's. */
  'user:read-any': ['OWNER', 'ADMIN'],
  /** E-mail address and plan of other people. */
  'user:read-private': ['OWNER', 'ADMIN'],
  'user:set-plan': ['OWNER', 'ADMIN'],
  /** Into the school as tutors and students. */
  'user:invite': ['OWNER', 'ADMIN'],
  'user:invite-admin': ['OWNER'],
  'relation:invite': ['TUTOR'],
  'relation:read-any': ['OWNER', 'ADMIN'],
  'lesson:schedule': ['TUTOR'],
  'lesson:request': ['STUDENT'],
  'classroom:create': ['TUTOR'],
  /** Every classroom of the school exists for them, and they may run it as its tutor; its chat stays closed to them. */
  'classroom:administer': ['OWNER', 'ADMIN'],
  /** What people have reported, with a copy of the text; and removing it, whatever room it is in. */
  'message:moderate': ['OWNER', 'ADMIN'],
  /** For how long the school keeps messages. */
  'message:set-retention': ['OWNER', 'ADMIN'],
  'availability:set': ['TUTOR'],
  /** Every lesson of the school exists for them, and they may act on it as the school. */
  'lesson:administer': ['OWNER', 'ADMIN'],
  /** The school's part of the notification queue, and mending it. */
  'queue:read': ['OWNER', 'ADMIN'],
  'notification:announce': ['OWNER', 'ADMIN'],
  /** What people of the school are told until they choose for themselves. */
  'notification:set-defaults': ['OWNER', 'ADMIN'],
  'webhook:manage': ['OWNER', 'ADMIN'],
  'audit:read': ['OWNER', 'ADMIN'],
} as const satisfies Record<string, readonly Role[]>;

/** Something that a role may or may not do: a thing and an act. */
export type Permission = keyof typeof table;

/** The same table, for readers that go through it. */
export const permissionTable: Readonly<Record<Permission, readonly Role[]>> = table;

/** Somebody who wants to do something. */
interface Actor {
  readonly role: Role;
  readonly permissions?: ReadonlySet<Permission>;
}

/** Whether the viewer may do this at all: by a set of their own where the school has given one, else by role. */
export function may(viewer: Actor, permission: Permission): boolean {
  return viewer.permissions?.has(permission) ?? permissionTable[permission].includes(viewer.role);
}
