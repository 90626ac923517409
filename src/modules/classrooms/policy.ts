import { may } from '../../shared/permissions.js';
import type { Viewer } from '../../shared/viewer.js';
import type { ClassroomRole, ClassroomView } from './classroom.js';

/** Whether the viewer may make classrooms. */
export function canCreateClassroom(viewer: Viewer): boolean {
  return may(viewer, 'classroom:create');
}

/** Whether the viewer runs every classroom of the school, in it or not. */
export function canAdministerClassrooms(viewer: Viewer): boolean {
  return may(viewer, 'classroom:administer');
}

/** Whether a classroom exists for the viewer: who is in it now, and admins of the school. */
export function canSeeClassroom(viewer: Viewer, classroom: ClassroomView): boolean {
  return (
    viewer.organizationId === classroom.organizationId &&
    (classroom.viewerRole !== null || canAdministerClassrooms(viewer))
  );
}

/** Whether the viewer may rename and archive it and say who leads it: its tutor, and admins. */
export function canRunClassroom(viewer: Viewer, classroom: ClassroomView): boolean {
  return (
    canSeeClassroom(viewer, classroom) &&
    (classroom.viewerRole === 'TUTOR' || canAdministerClassrooms(viewer))
  );
}

/** Whether the viewer may add and remove members: its tutor, co-tutors, and admins. */
export function canLeadClassroom(viewer: Viewer, classroom: ClassroomView): boolean {
  return canRunClassroom(viewer, classroom) || classroom.viewerRole === 'CO_TUTOR';
}

/** Whether the viewer may remove somebody of this role: a co-tutor not another, and nobody its tutor. */
export function canRemove(viewer: Viewer, classroom: ClassroomView, role: ClassroomRole): boolean {
  if (role === 'TUTOR') return false;
  return role === 'CO_TUTOR' ? canRunClassroom(viewer, classroom) : canLeadClassroom(viewer, classroom);
}
