/** What a person may be in a school. */
export type Role = 'OWNER' | 'ADMIN' | 'TUTOR' | 'STUDENT';

/** The signed-in person on whose behalf an operation runs, as read from the database at its start. */
export interface Viewer {
  readonly userId: string;
  readonly organizationId: string;
  readonly sessionId: string;
  readonly role: Role;
  readonly displayName: string;
  /** IANA name. */
  readonly timeZone: string;
  /** BCP 47. */
  readonly locale: string;
}

/** Owners and admins act for the whole school. */
export function isAdmin({ role }: { readonly role: Role }): boolean {
  return role === 'OWNER' || role === 'ADMIN';
}
