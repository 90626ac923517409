import { may } from '../../shared/permissions.js';
import type { Viewer } from '../../shared/viewer.js';

/** What a decision about a relation needs to know of it. */
export interface RelationParties {
  readonly organizationId: string;
  readonly tutorId: string;
  readonly studentId: string;
}

/** Whether the viewer may invite students. */
export function canInvite(viewer: Viewer): boolean {
  return may(viewer, 'relation:invite');
}

/** Whether a relation exists for the viewer: its two people, and for admins all of the school's. */
export function canSeeRelation(viewer: Viewer, relation: RelationParties): boolean {
  return (
    isPartyOf(viewer, relation) ||
    (viewer.organizationId === relation.organizationId && may(viewer, 'relation:read-any'))
  );
}

/** Whether the viewer may accept or decline it. */
export function canAnswerInvitation(viewer: Viewer, relation: RelationParties): boolean {
  return viewer.organizationId === relation.organizationId && viewer.userId === relation.studentId;
}

/** Whether the viewer is its tutor or its student, either of whom may end it. */
export function isPartyOf(viewer: Viewer, relation: RelationParties): boolean {
  const people = [relation.tutorId, relation.studentId];
  return viewer.organizationId === relation.organizationId && people.includes(viewer.userId);
}

/** Whose relations the viewer's list shows: the school's, or their own as tutor or as student. */
export function listedSide(viewer: Viewer): 'everyone' | 'tutor' | 'student' {
  if (may(viewer, 'relation:read-any')) return 'everyone';
  return canInvite(viewer) ? 'tutor' : 'student';
}
