import { isAdmin, type Viewer } from '../../shared/viewer.js';

/** What a decision about a relation needs to know of it. */
export interface RelationParties {
  readonly organizationId: string;
  readonly tutorId: string;
  readonly studentId: string;
}

/** Whether the viewer may invite students. */
export function canInvite(viewer: Viewer): boolean {
  return viewer.role === 'TUTOR';
}

/** Whether a relation exists for the viewer: its two people, and for admins all of the school's. */
export function canSeeRelation(viewer: Viewer, relation: RelationParties): boolean {
  return (
    isPartyOf(viewer, relation) || (isAdmin(viewer) && viewer.organizationId === relation.organizationId)
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
