import { may } from '../../shared/permissions.js';
import { isAdmin, type Role, type Viewer } from '../../shared/viewer.js';

/** What a decision about a user needs to know of them. */
export interface UserAsSeen {
  readonly id: string;
  readonly organizationId: string;
  readonly role: Role;
  /** Whether any relation of tutor and student, whatever its status, or a classroom joins the viewer and the user. */
  readonly related: boolean;
}

/**
 * Whether a user exists for the viewer: oneself, whom one has or had to do with, who runs the school (they act on the
 * viewer's lessons), and for admins the whole school.
 */
export function canSeeUser(viewer: Viewer, user: UserAsSeen): boolean {
  if (viewer.organizationId !== user.organizationId) return false;
  return viewer.userId === user.id || user.related || isAdmin(user) || may(viewer, 'user:read-any');
}

/** Whether the viewer may read a visible user's e-mail address, whether it is proven, and their plan. */
export function canSeePrivateData(viewer: Viewer, user: Pick<UserAsSeen, 'id' | 'organizationId'>): boolean {
  return (
    viewer.userId === user.id ||
    (viewer.organizationId === user.organizationId && may(viewer, 'user:read-private'))
  );
}

/** Whether the viewer's list of users is the whole school's. */
export function canListSchool(viewer: Viewer): boolean {
  return may(viewer, 'user:read-any');
}

/** Whether the viewer may read the audit log of their school. */
export function canReadAudit(viewer: Viewer): boolean {
  return may(viewer, 'audit:read');
}

/** Whether the viewer may set what people of their school have paid for. */
export function canSetPlan(viewer: Viewer): boolean {
  return may(viewer, 'user:set-plan');
}

/** The roles that somebody can be invited in; an owner is made by an operator. */
export type InvitedRole = Exclude<Role, 'OWNER'>;

/** Whether the viewer may invite somebody into the school in this role; a tutor only as a student of theirs. */
export function canInviteAs(viewer: Viewer, role: InvitedRole): boolean {
  if (role === 'ADMIN') return may(viewer, 'user:invite-admin');
  return may(viewer, 'user:invite') || (role === 'STUDENT' && may(viewer, 'relation:invite'));
}

/** Whether a student who joins by their invitation is theirs to teach. */
export function teachesWhomTheyInvite(inviter: Pick<Viewer, 'role'>): boolean {
  return may(inviter, 'relation:invite');
}

/** Whether an invitation exists for the viewer: whose it is, and who runs the school. */
export function canSeeInvitation(
  viewer: Viewer,
  invitation: { readonly organizationId: string; readonly inviterId: string },
): boolean {
  if (viewer.organizationId !== invitation.organizationId) return false;
  return viewer.userId === invitation.inviterId || canListInvitationsOfAll(viewer);
}

/** Whether the viewer's list of invitations is the whole school's; else it is of their own. */
export function canListInvitationsOfAll(viewer: Viewer): boolean {
  return may(viewer, 'user:invite');
}

/** Whether the viewer may end the invitations of others in the school. */
export function canRevokeAnyInvitation(viewer: Viewer): boolean {
  return may(viewer, 'user:invite');
}
