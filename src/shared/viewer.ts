import type { Permission, Role } from './permissions.js';

export type { Role } from './permissions.js';

/** The signed-in person on whose behalf an operation runs, as read from the database at its start. */
export interface Viewer {
  readonly userId: string;
  readonly organizationId: string;
  readonly sessionId: string;
  readonly role: Role;
  /** A set of the person's own, in place of the role's; none is stored yet. */
  readonly permissions?: ReadonlySet<Permission>;
  /** FREE unless told. */
  readonly plan?: 'FREE' | 'PREMIUM';
  readonly displayName: string;
  /** IANA name. */
  readonly timeZone: string;
  /** BCP 47. */
  readonly locale: string;
}

/** Owners and admins run the school. What the viewer may do is asked of `may` instead: this tells who somebody is. */
export function isAdmin({ role }: { readonly role: Role }): boolean {
  return role === 'OWNER' || role === 'ADMIN';
}
